import type { Batch, Cell, Database } from './driver.ts';

/** Characters of statements that go together in one call, about: those of a small home are one, and those of a large one are written while others run. */
const CALL = 131_072;

/** Rows of numbers that a statement has in its text at most: SQLite keeps some instructions for each. */
const MOST_NUMBERS = 4096;

/** Runs statements one after the other in a transaction, and commits it; rolls nothing back. While some run, the text of the next is written. */
export async function runAll(database: Pick<Database, 'exec'>, batches: readonly Batch[]): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let script = 'BEGIN IMMEDIATE';
  for (const batch of batches) {
    for (const statement of statementsOf(batch)) {
      script += `;\n${statement}`;
      if (script.length < CALL) continue;
      await running;
      running = database.exec(script);
      script = '';
    }
  }
  await running;
  await database.exec(`${script};\nCOMMIT`);
}

function* statementsOf({ sql, rows }: Batch): Generator<string> {
  if (rows === null) yield sql;
  else if (rows.length > 0 && !sql.includes('VALUES ?')) yield withRows(sql, quoted(JSON.stringify(rows)));
  else for (let i = 0; i < rows.length; i += MOST_NUMBERS) yield withRows(sql, numbers(rows.slice(i, i + MOST_NUMBERS)));
}

/** A statement with the text of its rows where its parameter is, which a text in the statement may look like. */
const withRows = (sql: string, rows: string): string => sql.replaceAll(/'[^']*'|\?1?/g, (part) => (part.startsWith('?') ? rows : part));

/** A text of SQL ends at this character, which JSON may have, and at no other. */
const quoted = (json: string): string => `'${json.replaceAll("'", "''")}'`;

/** Rows of numbers as SQL has them. */
const numbers = (rows: readonly (readonly Cell[])[]): string => `(${JSON.stringify(rows).slice(2, -2).replaceAll('],[', '), (')})`;
