import { chown, mkdir, open, readlink, realpath, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileWords, LedgerError } from '../../errors.ts';
import { asLedgerError, codeOf, openLock } from './driver/sqlite.ts';

/** The files of a data directory. */
export const ledgerPath = (directory: string): string => join(directory, 'ledger.db');
const lockPath = (directory: string): string => join(directory, 'ledger.lock');
export const backupsPath = (directory: string): string => join(directory, 'backups');
/** A backup that is about to take the ledger's place: whole before the old file moves. */
export const restoringPath = (directory: string): string => join(directory, 'ledger.db.restoring');

/** Whether a name in a data directory, or in its backups, is that of a ledger, of a copy of one, or of a file that belongs to one. */
export const isLedgerFile = (name: string): boolean => /^ledger(\.lock|(-[\w-]+)?\.db)([-.].*)?$/.test(name);

/** The files that SQLite keeps next to a database and needs with it. */
export const COMPANIONS = ['-wal', '-journal'] as const;

/** Bytes of a file, or null where there is none. */
export async function sizeOf(path: string): Promise<number | null> {
  return (await stat(path).catch(() => null))?.size ?? null;
}

/** Why a file cannot be seen although it may be there; null where it can be, or is not there. */
export const whyUnseen = (path: string): Promise<string | null> =>
  stat(path).then(
    () => null,
    (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : fileWords(error)),
  );

/** Whether a path is that of a directory. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** Makes sure that a file's bytes are on the disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync().finally(() => file.close());
}

/** Renames within a directory so that it survives a power cut. A file with the new name is replaced. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  const directory = await open(dirname(to), 'r').catch(() => null);
  // Some file systems cannot sync a directory; they are no worse off than before.
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}

/**
 * Gives what root made to the owner of the directory it is in: the service, which has its own account, could not read it otherwise.
 * Does nothing for other users.
 */
export async function giveToOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  // A container may have a root that cannot do this; then nobody else needs the file.
  if ((await stat(path)).uid !== uid) await chown(path, uid, gid).catch(() => undefined);
}

const notADirectory = (path: string) => `Data directory "${path}" is not a directory: set it with --data`;

/** Why a ledger cannot be seen although it may be there; null if it is not there, or can be seen. */
export async function whyHidden(directory: string): Promise<string | null> {
  const path = ledgerPath(directory);
  const code = await stat(path).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code === undefined || code === null) return null;
  const linked = await readlink(path).catch(() => null);
  if (linked !== null) {
    const why = code === 'ENOENT' ? 'which is not there' : 'which cannot be read';
    return `Ledger "${path}" is a link to "${linked}", ${why}: mount its disk and check its permissions, or remove the link`;
  }
  if (code === 'ENOTDIR') return notADirectory(directory);
  return code === 'EACCES' ? `Ledger "${path}" cannot be read: permission denied; run this as the user of wrtmeter, or as root` : null;
}

/** Throws a LedgerError if a directory has no ledger: a command must not create one. */
export async function requireLedger(directory: string): Promise<void> {
  const path = ledgerPath(directory);
  if ((await sizeOf(path)) !== null) return;
  const missing = `There is no ledger at "${path}": start wrtmeter once, or set its data directory with --data`;
  throw new LedgerError((await whyHidden(directory)) ?? missing);
}

/** Makes the data directory and those above it. Throws a LedgerError. */
export async function makeDirectory(path: string): Promise<void> {
  await makeDirectories(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new LedgerError(notADirectory(path));
    throw new LedgerError(`Data directory "${path}" cannot be created: ${fileWords(error)}`);
  });
}

/** Makes a directory and those above it. Node's own recursive way never ends where a file system refuses as if the parent were missing. */
export async function makeDirectories(path: string, mode = 0o777): Promise<void> {
  await mkdir(path, mode).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const missing = error.code === 'ENOENT' && (await stat(parent).catch(() => null)) === null;
    if (!missing || parent === path) throw error;
    await makeDirectories(parent, mode);
    await mkdir(path, mode);
  });
}

/** The right to write in a data directory. */
export interface LedgerLock {
  release(): Promise<void>;
}

/** Another process is the writer of the ledger. */
export class InUseError extends LedgerError {}

/** One writer per ledger: an empty database beside it, whose exclusive lock the kernel releases when the process ends, however it ends. */
export async function lockLedger(directory: string): Promise<LedgerLock> {
  await makeDirectory(directory);
  // Another file must not take the place of a link whose disk is not mounted.
  const hidden = await whyHidden(directory);
  if (hidden !== null) throw new LedgerError(hidden);
  // The file may be a link, and another directory have one to the same file.
  const path = lockPath(await realpath(ledgerPath(directory)).then(dirname, () => directory));
  const lock = await openLock(path);
  try {
    await lock.exec('PRAGMA locking_mode = EXCLUSIVE');
    await lock.exec('BEGIN EXCLUSIVE');
    await giveToOwner(path);
    return { release: () => lock.close() };
  } catch (error) {
    await lock.close();
    if (codeOf(error) !== 'SQLITE_BUSY') throw asLedgerError(error, path);
    throw new InUseError(`Ledger in "${directory}" is in use by another wrtmeter: stop it first, or use another directory with --data`);
  }
}
