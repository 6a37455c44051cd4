import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sqlite3 from 'sqlite3';
import { LedgerError } from '../errors.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

/** A value that a row may hold. Numbers pass as JSON: the driver itself binds integers from 2³¹ on as floating point. */
export type Cell = string | number | null;
export type Row = Record<string, Cell>;

/** Rows for one bulk statement, which reads them from one JSON array (`json_each(?)`). */
export interface Batch {
  sql: string;
  rows: readonly (readonly Cell[])[];
}

/** The SQLite file. Nothing outside this file knows the driver. */
export interface Store {
  /** Runs all batches in one durable transaction; throws a LedgerError and leaves the file as it was. */
  commit(batches: readonly Batch[]): Promise<void>;
  all(sql: string, ...values: Cell[]): Promise<Row[]>;
  /** Bytes of the database and its write-ahead log. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** Opens `DIR/ledger.db` for writing, makes or migrates it, and holds it against a second writer. Throws a LedgerError. */
export async function openStore(directory: string): Promise<Store> {
  await makeDirectory(directory).catch((error: Error) => {
    throw new LedgerError(`Data directory "${directory}" cannot be made: ${error.message}`);
  });
  const lock = await holdLock(directory);
  const path = join(directory, 'ledger.db');
  const database = await openFile(path, sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE);
  try {
    await run(database, 'PRAGMA journal_mode = WAL');
    await run(database, 'PRAGMA synchronous = FULL');
    await run(database, 'PRAGMA cache_size = -4096');
    await migrate(database, path);
  } catch (error) {
    await close(database);
    await close(lock);
    throw asLedgerError(error, path);
  }
  return createStore(database, path, lock);
}

/** Opens `DIR/ledger.db` for reading only; another process may be writing it. Throws a LedgerError. */
export async function openStoreToRead(directory: string): Promise<Store> {
  const path = join(directory, 'ledger.db');
  await stat(path).catch(() => {
    throw new LedgerError(`There is no ledger at "${path}": start wrtmeter once, or name its data directory with --data`);
  });
  const database = await openFile(path, sqlite3.OPEN_READONLY);
  try {
    const version = Number((await all(database, 'PRAGMA user_version'))[0]?.user_version);
    if (version !== SCHEMA_VERSION) throw new LedgerError(wrongVersion(path, version));
  } catch (error) {
    await close(database);
    throw asLedgerError(error, path);
  }
  return createStore(database, path, null);
}

/** Makes a directory and those above it. Node's own recursive way never ends where a file system refuses as if the parent were missing. */
async function makeDirectory(path: string): Promise<void> {
  await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const missing = error.code === 'ENOENT' && (await stat(parent).catch(() => null)) === null;
    if (!missing || parent === path) throw error;
    await makeDirectory(parent);
    await mkdir(path);
  });
}

function createStore(database: sqlite3.Database, path: string, lock: sqlite3.Database | null): Store {
  const prepared = new Map<string, sqlite3.Statement>();
  const statement = async (sql: string) => {
    const known = prepared.get(sql) ?? (await prepare(database, sql));
    prepared.set(sql, known);
    return known;
  };
  return {
    async commit(batches) {
      try {
        await run(database, 'BEGIN IMMEDIATE');
        for (const { sql, rows } of batches) {
          if (rows.length > 0) await runPrepared(await statement(sql), JSON.stringify(rows));
        }
        await run(database, 'COMMIT');
      } catch (error) {
        await run(database, 'ROLLBACK').catch(() => undefined); // SQLite may have rolled back by itself
        throw asLedgerError(error, path);
      }
    },
    all: (sql, ...values) =>
      all(database, sql, ...values).catch((error) => {
        throw asLedgerError(error, path);
      }),
    async size() {
      const sizes = await Promise.all([path, `${path}-wal`].map(async (file) => (await stat(file).catch(() => ({ size: 0 }))).size));
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    async close() {
      await Promise.all([...prepared.values()].map((s) => new Promise((done) => s.finalize(done))));
      await close(database);
      if (lock !== null) await close(lock);
    },
  };
}

/** One writer a file: an empty database whose exclusive lock the kernel releases when the process ends, however it ends. */
async function holdLock(directory: string): Promise<sqlite3.Database> {
  const path = join(directory, 'ledger.lock');
  const lock = await openFile(path, sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE);
  try {
    await run(lock, 'PRAGMA locking_mode = EXCLUSIVE');
    await run(lock, 'BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    await close(lock);
    if (!/SQLITE_BUSY/.test(String(error))) throw asLedgerError(error, path);
    throw new LedgerError(`Ledger in "${directory}" is in use by another wrtmeter: stop it first, or name another directory with --data`);
  }
}

async function migrate(database: sqlite3.Database, path: string): Promise<void> {
  const version = Number((await all(database, 'PRAGMA user_version'))[0]?.user_version);
  if (version > SCHEMA_VERSION) throw new LedgerError(wrongVersion(path, version));
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index >= version) await run(database, `BEGIN; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

const wrongVersion = (path: string, version: number) =>
  version > SCHEMA_VERSION
    ? `Ledger "${path}" was written by a newer wrtmeter (schema ${version}, this one knows ${SCHEMA_VERSION}): use that version`
    : `Ledger "${path}" has schema ${version}, this wrtmeter needs ${SCHEMA_VERSION}: start the service once to bring it up to date`;

function asLedgerError(error: unknown, path: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new LedgerError(`Ledger "${path}": ${message}`, { cause: error });
}

function openFile(path: string, mode: number): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, mode, (error) => {
      if (error) reject(asLedgerError(error, path));
      else resolve(database);
    });
  });
}

function run(database: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
}

function all(database: sqlite3.Database, sql: string, ...values: Cell[]): Promise<Row[]> {
  return new Promise((resolve, reject) => database.all<Row>(sql, values, (error, rows) => (error ? reject(error) : resolve(rows))));
}

function prepare(database: sqlite3.Database, sql: string): Promise<sqlite3.Statement> {
  return new Promise((resolve, reject) => {
    const statement = database.prepare(sql, (error) => (error ? reject(error) : resolve(statement)));
  });
}

function runPrepared(statement: sqlite3.Statement, value: string): Promise<void> {
  return new Promise((resolve, reject) => statement.run(value, (error) => (error ? reject(error) : resolve())));
}

function close(database: sqlite3.Database): Promise<void> {
  return new Promise((resolve) => database.close(() => resolve()));
}
