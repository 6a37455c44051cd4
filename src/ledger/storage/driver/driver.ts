/** A value that a row may hold. Numbers pass as text: the package sqlite3 binds integers from 2³¹ on as floating point. Rule: whole numbers. */
export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** A statement of a transaction. It is left out if it has no rows, and runs once for each part of many: they must not depend on each other. */
export type Batch =
  /** `?` and `?1` stand for its rows as JSON. Null: it has none of its own. */
  | { sql: string; rows: readonly (readonly Cell[])[] | null; as?: 'json' }
  /** `VALUES ?`: rows of numbers alone, which SQLite reads twice as fast. */
  | { sql: string; rows: readonly (readonly (number | null)[])[]; as: 'values' };

/** One connection to a database file. Its methods throw a driver's errors: `code` is SQLite's result code. See `asLedgerError`. */
export interface Database {
  exec(sql: string): Promise<void>;
  all(sql: string, ...values: Cell[]): Promise<Row[]>;
  /** Writes a consistent copy to a file that is not there yet. No writer waits for it. */
  copyTo(path: string): Promise<void>;
  /** Stops a copy that is running, which then fails. */
  interrupt(): void;
  close(): Promise<void>;
}

export type LockConnection = Pick<Database, 'exec' | 'close'>;

/**
 * `create` makes the file where there is none. `immutable` reads it without its log and without locks: only for a file that nobody changes.
 */
export type Access = 'read' | 'immutable' | 'write' | 'create';

/** What opens database files: the package sqlite3, or the SQLite that is part of Node. */
export interface Driver {
  name: 'sqlite3' | 'node';
  /** Version of SQLite. */
  sqlite: string;
  open(path: string, access: Access): Promise<Database>;
  /** Opens a file, or makes it, only to hold a lock. */
  openLock(path: string): Promise<LockConnection>;
}

/** How long a statement waits for one of another connection, in ms, unless a connection sets its own time. */
export const BUSY_TIMEOUT = 1000;
