import { access, constants, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileWords, LedgerError } from '../../../errors.ts';
import type { Database } from './driver.ts';
import { asLedgerError, codeOf, openDatabase } from './sqlite.ts';

/**
 * Opens a file for reading, also on a disk that is mounted read-only. There SQLite cannot make the files that it keeps beside a database
 * with a log, so the file is read alone, which is right where it has no log. Throws a LedgerError.
 */
export async function openToRead(path: string): Promise<Database> {
  let database: Database | null = null;
  try {
    database = await openDatabase(path, 'read');
    // SQLite opens the files beside it with the first read.
    await database.all('PRAGMA schema_version');
    return database;
  } catch (error) {
    await database?.close();
    const failed = asLedgerError(error, path);
    if (!['SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(codeOf(failed) ?? '')) throw failed;
    return openAlone(path, failed);
  }
}

async function openAlone(path: string, failed: LedgerError): Promise<Database> {
  const fail = (why: string) => new LedgerError(`Ledger "${path}": ${why}`, { cause: failed });
  const unreadable = await whyNot(path, constants.R_OK);
  if (unreadable !== null) throw fail(`it cannot be read: ${fileWords(unreadable)}; run this as the user of wrtmeter, or as root`);
  const unwritable = await whyNot(dirname(path), constants.W_OK);
  // Another user may write here at any time, so the file cannot be taken for one that does not change.
  if (unwritable?.code === 'EACCES' || unwritable?.code === 'EPERM')
    throw fail(
      'this user cannot write in its directory, which SQLite needs to read it while no service runs: run this as the user of wrtmeter, or as root',
    );
  if (unwritable === null && codeOf(failed) === 'SQLITE_READONLY' && (await isThere(`${path}-journal`)))
    throw fail('a change of it was cut off: start the service, which takes it back');
  if (unwritable?.code !== 'EROFS') throw failed;
  if (await isThere(`${path}-wal`))
    throw fail(
      `the disk is mounted read-only, and the last postings are still in "${basename(path)}-wal": copy both files to a directory that can be written, and name it with --data`,
    );
  return unchanged(path, await openDatabase(path, 'immutable'));
}

/** Whether a file is there, and not empty. */
const isThere = async (path: string): Promise<boolean> => ((await stat(path).catch(() => null))?.size ?? 0) > 0;

const whyNot = (path: string, mode: number): Promise<NodeJS.ErrnoException | null> =>
  access(path, mode).then(
    () => null,
    (error) => error,
  );

/** Who has the disk mounted elsewhere, as a container's host may, can write to it: what was read then is not used. */
async function unchanged(path: string, database: Database): Promise<Database> {
  const before = await stampOf(path);
  async function checked<T>(work: Promise<T>): Promise<T> {
    const done = await work;
    if ((await stampOf(path)) !== before) throw new LedgerError(`Ledger "${path}" was changed while it was read: try again`);
    return done;
  }
  return {
    ...database,
    all: (sql, ...values) => checked(database.all(sql, ...values)),
    copyTo: (to) => checked(database.copyTo(to)),
  };
}

async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [ino, size, mtimeNs].join(' ');
}
