import { pathToFileURL } from 'node:url';
import { type Access, BUSY_TIMEOUT, type Cell, type Row } from './driver.ts';
import { type DatabaseSync, type NodeSqlite, nodeSqlite, type StatementSync } from './node-sqlite.ts';

/** A connection of `node:sqlite` in the thread that calls it, which waits for the end of each call. */
export interface NodeConnection {
  exec(sql: string): void;
  all(sql: string, ...values: Cell[]): Row[];
  /** Does not block: the pages are copied in other threads, and between some of them `interrupted` is asked. */
  copyTo(path: string, interrupted: () => boolean): Promise<void>;
  close(): void;
}

const MODES = { read: 'mode=ro', immutable: 'mode=ro&immutable=1', write: 'mode=rw', create: 'mode=rwc' } as const satisfies Record<
  Access,
  string
>;
/** Pages of a step: 512 KiB of a ledger. */
const PAGES = 512;

/** Opens a file in this thread. Throws errors of `node:sqlite`. */
export function openHere(path: string, access: Access): NodeConnection {
  const sqlite = nodeSqlite();
  if (sqlite === null) throw new Error('This Node has no SQLite');
  const database = openFile(sqlite, path, MODES[access]);
  return {
    exec: (sql) => database.exec(sql),
    all: (sql, ...values) => rowsOf(prepare(database, sql), parametersOf(sql, values)),
    copyTo: (to, interrupted) => copy(sqlite, database, to, interrupted),
    close: () => database.close(),
  };
}

/** Only as an address can a file be opened for writing without being made. */
function openFile({ DatabaseSync }: NodeSqlite, path: string, mode: string): DatabaseSync {
  return new DatabaseSync(`${pathToFileURL(path).href}?${mode}`, { enableForeignKeyConstraints: false, timeout: BUSY_TIMEOUT });
}

function prepare(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql);
  statement.setAllowUnknownNamedParameters(true);
  return statement;
}

/** For Node 22, `?1` is a name like any other, and only `?` has a place. */
function parametersOf(sql: string, values: readonly Cell[]): Parameters<StatementSync['all']> {
  // A number would be bound as floating point.
  const bound = values.map((value) => (typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value));
  return /\?\d/.test(sql) ? [Object.fromEntries(bound.map((value, i) => [`?${i + 1}`, value]))] : bound;
}

/** The same cells as the package reads: whole numbers beyond 2⁵³, which no ledger has, are rounded. */
function rowsOf(statement: StatementSync, bound: Parameters<StatementSync['all']>): Row[] {
  try {
    return statement.all(...bound) as Row[];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    statement.setReadBigInts(true);
    const number = ([name, cell]: [string, unknown]) => [name, typeof cell === 'bigint' ? Number(cell) : cell];
    return statement.all(...bound).map((row) => Object.fromEntries(Object.entries(row).map(number)));
  }
}

/** A copy by pages. `VACUUM INTO`, which leaves out free pages, cannot be interrupted here. */
async function copy(sqlite: NodeSqlite, database: DatabaseSync, to: string, interrupted: () => boolean): Promise<void> {
  const progress = () => {
    if (interrupted()) throw Object.assign(new Error('interrupted'), { errcode: SQLITE_INTERRUPT });
  };
  // A transaction that has read keeps its picture of the file. Without it the copy would start again after each commit of another.
  database.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  try {
    await sqlite.backup(database, to, { rate: PAGES, progress });
  } finally {
    database.exec('ROLLBACK');
  }
  // The header says that there is a log beside it. A backup is one file.
  const copied = openFile(sqlite, to, MODES.write);
  try {
    copied.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copied.close();
  }
}

const SQLITE_INTERRUPT = 9;
/** Names of SQLite's result codes, from 1 on (https://sqlite.org/rescode.html). */
const CODES =
  'ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB'.split(
    ' ',
  );

/** What passes from thread to thread of an error. */
export interface Failure {
  message: string;
  /** SQLite's result code; null for an error that is not SQLite's. */
  code: string | null;
}

/** An error with the code and the words that the package gives it. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), code: null };
  if (!('errcode' in error) || typeof error.errcode !== 'number') return { message: error.message, code: null };
  // The lower eight bits are the result code, those above say more.
  const code = `SQLITE_${CODES[(error.errcode & 0xff) - 1] ?? 'ERROR'}`;
  return { message: `${code}: ${error.message}`, code };
}

export const errorOf = ({ message, code }: Failure): Error => Object.assign(new Error(message), code === null ? {} : { code });
