import { rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LedgerError } from '../../errors.ts';
import { remainsOf } from '../backup/backups.ts';
import { openToRead } from './driver/read.ts';
import { runAll } from './driver/run-all.ts';
import { asLedgerError, type Batch, type Cell, codeOf, type Database, openDatabase, type Row } from './driver/sqlite.ts';
import {
  giveToOwner,
  InUseError,
  type LedgerLock,
  ledgerPath,
  lockLedger,
  renameDurably,
  requireLedger,
  sizeOf,
  syncFile,
} from './files.ts';
import { inspectOwn, isVersion, LostLedgerError } from './inspect.ts';
import { IN_MEMORY, MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

export type { Batch, Cell, Row } from './driver/sqlite.ts';

/** The SQLite file of a ledger. */
export interface Store {
  /** Runs all batches in one durable transaction; throws a LedgerError and leaves the file as it was. Rule: one transaction. */
  commit(batches: readonly Batch[]): Promise<void>;
  all(sql: string, ...values: Cell[]): Promise<Row[]>;
  /** Bytes of the database and its write-ahead log. */
  size(): Promise<number>;
  close(): Promise<void>;
  /** Whether this process holds the lock of the file: no service runs then. */
  isAlone: boolean;
}

/** How long a transaction waits for one of another process, such as a command's on a slow disk. */
const WAIT = 'PRAGMA busy_timeout = 10000';

/** Bytes of a page of a new ledger. A round changes a few numbers in several tables, and whole pages are written: small pages write less. */
const PAGE = 1024;

/**
 * Opens `DIR/ledger.db` for writing: checks it, creates or migrates it, and locks it against a second writer, with its own lock or with
 * `owned`, which then belongs to the store. Throws a LedgerError; a LostLedgerError where the file is damaged, or missing although other
 * files show that there was one. Rule: care of the file.
 */
export async function openStore(directory: string, owned?: LedgerLock): Promise<Store> {
  const lock = owned ?? (await lockLedger(directory));
  try {
    const path = ledgerPath(directory);
    if ((await sizeOf(path)) === null) await begin(directory);
    else await refuseUnlessGood(path);
    return await createStore(() => openToWrite(path), path, lock);
  } catch (error) {
    if (owned === undefined) await lock.release();
    throw asLedgerError(error, ledgerPath(directory));
  }
}

/**
 * Opens `DIR/ledger.db` for a short change that a running service reads by itself; where none runs, as its writer. Only for tables whose
 * rows no round writes. Throws a LedgerError, as for a file that a service of another version writes.
 */
export async function openStoreBeside(directory: string): Promise<Store> {
  await requireLedger(directory);
  try {
    return await openStore(directory);
  } catch (error) {
    if (!(error instanceof InUseError)) throw error;
    return openAs(directory, openBeside);
  }
}

/** Opens `DIR/ledger.db` for reading only; another process may be writing it. Throws a LedgerError. */
export async function openStoreToRead(directory: string): Promise<Store> {
  await requireLedger(directory);
  return openAs(directory, (path) => openCurrent(path, openToRead));
}

function openAs(directory: string, open: (path: string) => Promise<Database>): Promise<Store> {
  const path = ledgerPath(directory);
  return createStore(() => open(path), path, null);
}

/** A first start. The file gets its name when it is whole, so that a start that was cut off leaves no empty ledger. */
async function begin(directory: string): Promise<void> {
  const path = ledgerPath(directory);
  const remains = await remainsOf(directory);
  if (remains.length > 0) throw new LostLedgerError(path, `file is missing, but there was one: "${remains[0]}" exists`);
  const unnamed = `${path}.new`;
  await rm(unnamed, { force: true });
  const database = await openDatabase(unnamed, 'create');
  try {
    await database.exec(`PRAGMA page_size = ${PAGE}`);
    await migrate(database, 0);
  } catch (error) {
    throw asLedgerError(error, path);
  } finally {
    await database.close();
  }
  await syncFile(unnamed);
  await giveToOwner(unnamed);
  await renameDurably(unnamed, path);
}

async function refuseUnlessGood(path: string): Promise<void> {
  const verdict = await inspectOwn(path);
  if (verdict.state === 'damaged') throw new LostLedgerError(path, verdict.why);
  if (verdict.state === 'newer') throw new LedgerError(wrongVersion(path, verdict.version));
}

async function openToWrite(path: string): Promise<Database> {
  const database = await openDatabase(path, 'write');
  try {
    await database.exec('PRAGMA journal_mode = WAL');
    await database.exec('PRAGMA synchronous = FULL');
    await database.exec('PRAGMA cache_size = -4096');
    await database.exec(WAIT);
    const page = Number((await database.all('PRAGMA page_size'))[0]?.page_size);
    await database.exec(`PRAGMA wal_autocheckpoint = ${Math.floor((await checkpointBytes(path)) / page)}`);
    // The log shrinks to this after a long reader or a huge round has let it grow.
    await database.exec('PRAGMA journal_size_limit = 8388608');
    await migrate(database, Number((await database.all('PRAGMA user_version'))[0]?.user_version));
    await database.exec(IN_MEMORY);
    return database;
  } catch (error) {
    await database.close();
    throw asLedgerError(error, path);
  }
}

async function openBeside(path: string): Promise<Database> {
  const database = await openCurrent(path, (name) => openDatabase(name, 'write'));
  await database.exec('PRAGMA synchronous = FULL');
  await database.exec(WAIT);
  return database;
}

/** Opens a file of this version's schema, and changes nothing in it. */
async function openCurrent(path: string, open: (path: string) => Promise<Database>): Promise<Database> {
  const database = await open(path);
  try {
    const version = Number((await database.all('PRAGMA user_version'))[0]?.user_version);
    if (!isVersion(version)) throw new LostLedgerError(path, 'file is not a ledger');
    if (version !== SCHEMA_VERSION) throw new LedgerError(wrongVersion(path, version));
    return database;
  } catch (error) {
    await database.close();
    throw asLedgerError(error, path);
  }
}

/** Bytes that the write-ahead log may grow to. A small disk has no room for SQLite's usual 4 MB, which save writes elsewhere. */
async function checkpointBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(path));
  return bavail * bsize < 32 * 1024 * 1024 ? 262_144 : 4_096_000;
}

async function migrate(database: Database, version: number): Promise<void> {
  for (const [index, sql] of MIGRATIONS.entries()) {
    if (index >= version) await database.exec(`BEGIN; ${sql}; PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}

async function createStore(open: () => Promise<Database>, path: string, lock: LedgerLock | null): Promise<Store> {
  let database = await open();
  const { ino } = await stat(path);
  let stale = false;
  let last: Promise<unknown> = Promise.resolve();

  /** Transactions share a connection, so they run one after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  async function commit(batches: readonly Batch[]): Promise<void> {
    try {
      await refuseAnother(path, ino);
      if (stale) {
        const next = await open();
        await database.close();
        database = next;
        stale = false;
      }
      await transact(batches).catch(async (error) => {
        if (!isNoRoom(error)) throw error;
        // The log may occupy room that it no longer needs: its pages move to the database, and it restarts.
        await database.exec('PRAGMA wal_checkpoint(RESTART)').catch(() => undefined);
        await transact(batches);
      });
    } catch (error) {
      // A connection that found the file read-only stays so when the file no longer is.
      stale ||= codeOf(error) === 'SQLITE_READONLY';
      throw asLedgerError(error, path);
    }
  }

  async function transact(batches: readonly Batch[]): Promise<void> {
    try {
      await runAll(database, batches);
    } catch (error) {
      await database.exec('ROLLBACK').catch(() => undefined); // SQLite may have rolled back by itself
      throw error;
    }
  }

  return {
    commit: (batches) => inTurn(() => commit(batches)),
    all: (sql, ...values) =>
      database.all(sql, ...values).catch((error) => {
        throw asLedgerError(error, path);
      }),
    async size() {
      const [database, log] = await Promise.all([sizeOf(path), sizeOf(`${path}-wal`)]);
      return (database ?? 0) + (log ?? 0);
    },
    async close() {
      await database.close();
      await lock?.release();
    },
    isAlone: lock !== null,
  };
}

const isNoRoom = (error: unknown): boolean => ['SQLITE_FULL', 'SQLITE_IOERR'].includes(codeOf(error) ?? '');

/** SQLite would continue to write to a file that was deleted or moved, and all of it would be lost at the next start. */
async function refuseAnother(path: string, ino: number): Promise<void> {
  if ((await stat(path).catch(() => null))?.ino === ino) return;
  throw new LedgerError(
    `Ledger "${path}" was moved or replaced while it was in use: stop wrtmeter, put the file in its place and start it`,
  );
}

const wrongVersion = (path: string, version: number) =>
  version > SCHEMA_VERSION
    ? `Ledger "${path}" was written by a newer wrtmeter (schema ${version}, this one supports ${SCHEMA_VERSION}): use the newer version`
    : `Ledger "${path}" has schema ${version}, this wrtmeter needs ${SCHEMA_VERSION}: start the service once to migrate it`;
