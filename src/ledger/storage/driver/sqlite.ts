import { statfsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileWords, LedgerError } from '../../../errors.ts';
import { loadDriver } from './choose.ts';
import type { Access, Database, LockConnection } from './driver.ts';

export type { Batch, Cell, Database, Row } from './driver.ts';

/** Opens a file; `create` makes it where there is none. Throws a LedgerError. */
export async function openDatabase(path: string, access: Access): Promise<Database> {
  const { driver } = await loadDriver();
  // SQLite takes it for a disk that fails. Docker makes one in place of a file that it is to mount and that is not there.
  if ((await stat(path).catch(() => null))?.isDirectory())
    throw new LedgerError(`"${path}" is a directory, where a ledger is one file: check the path`);
  return driver.open(path, access).catch((error) => {
    throw asLedgerError(error, path);
  });
}

/** Opens a file that is there only to be locked, and makes it where there is none. Throws a LedgerError. */
export async function openLock(path: string): Promise<LockConnection> {
  const { driver } = await loadDriver();
  return driver.openLock(path).catch((error) => {
    throw asLedgerError(error, path);
  });
}

/** SQLite's result code, such as `SQLITE_FULL`, of a driver's error or of a LedgerError made from one. */
export function codeOf(error: unknown): string | null {
  if (error instanceof LedgerError) return error.cause === undefined ? null : codeOf(error.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const CHECK = 'check the permissions of the file and its directory, and whether the disk is mounted read-only';

/** What a result code means, and what to do about it. */
const WORDS: Record<string, string> = {
  SQLITE_FULL: 'the disk is full: free some space',
  SQLITE_READONLY: `it cannot be written: ${CHECK}`,
  SQLITE_CANTOPEN: `it cannot be opened: ${CHECK}`,
  SQLITE_IOERR: 'the disk failed to read or write: see the system log',
  SQLITE_CORRUPT: 'it is damaged: restart wrtmeter to restore the newest backup',
  SQLITE_NOTADB: 'file is not a database',
  SQLITE_BUSY: 'another program has locked it',
};

/** The error of SQLite or the file system as a LedgerError that names the file and says what to do. A LedgerError stays as it is. */
export function asLedgerError(error: unknown, path: string): LedgerError {
  if (error instanceof LedgerError) return error;
  const words = codeOf(error) === 'SQLITE_IOERR' && isFull(dirname(path)) ? WORDS.SQLITE_FULL : wordsFor(error);
  return new LedgerError(`Ledger "${path}": ${words}`, { cause: error });
}

/** Bytes of the smallest index of a log. SQLite takes it for a disk that fails where there is no room for one. */
const LOG_INDEX = 32_768;

function isFull(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < LOG_INDEX;
  } catch {
    return false;
  }
}

/** What to do about a file that cannot be written, after words that say so. */
export const writingWordsFor = (error: unknown): string =>
  ['SQLITE_READONLY', 'SQLITE_CANTOPEN'].includes(codeOf(error) ?? '') ? CHECK : wordsFor(error);

/** What went wrong with a file, and what to do about it. */
const wordsFor = (error: unknown): string => WORDS[codeOf(error) ?? ''] ?? fileWords(error);
