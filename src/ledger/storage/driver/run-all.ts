import { inParts } from '../sql.ts';
import type { Batch, Database } from './driver.ts';

/** Characters after which a script is sent. A small home's round is one call; the next script of a large one is made while SQLite runs the last. */
const CALL_LENGTH = 131_072;

/** Rows in one statement at most: SQLite keeps some instructions for each row of numbers, and a text is in memory several times. */
const MOST_ROWS = 4096;

/** Runs statements one after the other in a transaction, and commits it; rolls nothing back. While some run, the text of the next is made. */
export async function runAll(database: Pick<Database, 'exec'>, batches: readonly Batch[]): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let script = 'BEGIN IMMEDIATE';
  for (const batch of batches) {
    for (const statement of statementsOf(batch)) {
      script += `;\n${statement}`;
      if (script.length < CALL_LENGTH) continue;
      await running;
      running = database.exec(script);
      running.catch(() => undefined); // awaited below, unless a text cannot be made
      script = '';
    }
  }
  await running;
  await database.exec(`${script};\nCOMMIT`);
}

function* statementsOf(batch: Batch): Generator<string> {
  const { sql } = batch;
  if (batch.as === 'values') for (const part of inParts(batch.rows, MOST_ROWS)) yield withRows(sql, values(part));
  else if (batch.rows === null) yield sql;
  else for (const part of inParts(batch.rows, MOST_ROWS)) yield withRows(sql, literal(JSON.stringify(part)));
}

/** Puts the rows in place of `?` and `?1`, but not inside string literals. */
const withRows = (sql: string, rows: string): string =>
  sql.replaceAll(/'(?:[^']|'')*'|\?1?/g, (part) => (part.startsWith('?') ? rows : part));

/** A string literal: its single quotes are doubled; JSON needs no other escape. */
const literal = (json: string): string => `'${json.replaceAll("'", "''")}'`;

/** `[[1,null],[2,3]]` as `(1,null), (2,3)`. */
const values = (rows: readonly (readonly (number | null)[])[]): string =>
  `(${JSON.stringify(rows).slice(2, -2).replaceAll('],[', '), (')})`;
