import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type sqlite3 from 'sqlite3';
import { LedgerError, shellWord } from '../../errors.ts';

/** A value that a row may hold. Numbers pass as JSON: the driver itself binds integers from 2³¹ on as floating point. Rule: whole numbers. */
export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** A statement of a transaction. */
export interface Batch {
  sql: string;
  /** It reads them from one JSON array (`json_each(?)`), and is left out if there are none. Null: it reads only tables. */
  rows: readonly (readonly Cell[])[] | null;
}

/** One connection to a database file. Its methods throw the driver's errors; see `asLedgerError`. Nothing outside this file knows the driver. */
export interface Database {
  exec(sql: string): Promise<void>;
  all(sql: string, ...values: Cell[]): Promise<Row[]>;
  /** Runs a bulk statement, prepared once per connection. */
  bulk(batch: Batch): Promise<void>;
  /** Writes a consistent copy to a file that is not there yet. No writer waits for it. */
  copyTo(path: string): Promise<void>;
  /** Stops what is running, which then fails. */
  interrupt(): void;
  close(): Promise<void>;
}

/** The binary of the SQLite driver does not fit this system, or is not there. The message is `what`, and what to do. */
export class DriverError extends LedgerError {
  readonly what: string;
  /** What a person runs to install one that fits. */
  readonly command: string;

  constructor(why: string, options?: ErrorOptions) {
    const what = `The SQLite driver does not load: ${why}`;
    const script = fileURLToPath(new URL('../../../setup/driver.js', import.meta.url));
    const command = `node ${shellWord(script)}`;
    // An image has neither the script nor a compiler.
    const advice = existsSync(script) ? `run "${command}" to install one for this system` : 'use an image that was built for this system';
    super(`${what}: ${advice}`, options);
    this.name = 'DriverError';
    this.what = what;
    this.command = command;
  }
}

/** Loads the driver when it is needed, so that what needs no ledger works without it. Throws a DriverError. */
export async function loadDriver(): Promise<typeof sqlite3> {
  try {
    return (await import('sqlite3')).default;
  } catch (error) {
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new DriverError(why.replace(/\. Tried:$/, ''), { cause: error });
  }
}

/** Opens a file; `create` makes it where there is none. Throws a LedgerError. */
export async function openDatabase(path: string, access: 'read' | 'write' | 'create'): Promise<Database> {
  const { Database, OPEN_READONLY, OPEN_READWRITE, OPEN_CREATE } = await loadDriver();
  const modes = { read: OPEN_READONLY, write: OPEN_READWRITE, create: OPEN_READWRITE | OPEN_CREATE };
  return new Promise((resolve, reject) => {
    const driver = new Database(path, modes[access], (error) => {
      if (error) reject(asLedgerError(error, path));
      else resolve(connection(driver));
    });
  });
}

function connection(driver: sqlite3.Database): Database {
  const prepared = new Map<string, sqlite3.Statement>();
  const statement = async (sql: string) => {
    const known = prepared.get(sql) ?? (await prepare(driver, sql));
    prepared.set(sql, known);
    return known;
  };
  return {
    exec: (sql) => new Promise((resolve, reject) => driver.exec(sql, (error) => (error ? reject(error) : resolve()))),
    all: (sql, ...values) =>
      new Promise((resolve, reject) => driver.all<Row>(sql, values, (error, rows) => (error ? reject(error) : resolve(rows)))),
    copyTo: (path) => new Promise((resolve, reject) => driver.run('VACUUM INTO ?', path, (error) => (error ? reject(error) : resolve()))),
    async bulk({ sql, rows }) {
      if (rows?.length === 0) return;
      const ready = await statement(sql);
      const values = rows === null ? [] : [JSON.stringify(rows)];
      await new Promise<void>((resolve, reject) => ready.run(values, (error: Error | null) => (error ? reject(error) : resolve())));
    },
    interrupt: () => driver.interrupt(),
    async close() {
      await Promise.all([...prepared.values()].map((ready) => new Promise((done) => ready.finalize(done))));
      await new Promise<void>((resolve) => driver.close(() => resolve()));
    },
  };
}

function prepare(driver: sqlite3.Database, sql: string): Promise<sqlite3.Statement> {
  return new Promise((resolve, reject) => {
    const statement = driver.prepare(sql, (error) => (error ? reject(error) : resolve(statement)));
  });
}

/** SQLite's result code, such as `SQLITE_FULL`, of a driver's error or of a LedgerError made from one. */
export function codeOf(error: unknown): string | null {
  if (error instanceof LedgerError) return error.cause === undefined ? null : codeOf(error.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** What a result code means, and what to do about it. */
const WORDS: Record<string, string> = {
  SQLITE_FULL: 'the disk is full: free some space',
  SQLITE_READONLY: 'it cannot be written: check the permissions of the file and its directory, and whether the disk is mounted read-only',
  SQLITE_CANTOPEN: 'it cannot be opened: check the permissions of the file and its directory, and whether the disk is mounted read-only',
  SQLITE_IOERR: 'the disk failed to read or write: see the system log',
  SQLITE_CORRUPT: 'it is damaged: restart wrtmeter to restore the newest backup',
  SQLITE_NOTADB: 'file is not a database',
  SQLITE_BUSY: 'another program has locked it',
};

/** The error of SQLite or the file system as a LedgerError that names the file and says what to do. A LedgerError stays as it is. */
export function asLedgerError(error: unknown, path: string): LedgerError {
  return error instanceof LedgerError ? error : new LedgerError(`Ledger "${path}": ${wordsFor(error)}`, { cause: error });
}

/** What went wrong with a file, and what to do about it. */
export const wordsFor = (error: unknown): string => WORDS[codeOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
