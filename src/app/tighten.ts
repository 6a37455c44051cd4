import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { tokensPath } from '../auth/token-file.ts';
import { backupsPath, isLedgerFile } from '../ledger/storage/files.ts';

/** A file or directory that others could read, and its modes: permission bits. */
interface Tightened {
  path: string;
  was: number;
  is: number;
}

/** One that others can still read, and why. */
interface Loose {
  path: string;
  mode: number;
  why: string;
}

/**
 * Takes away the permissions that others have on the files of wrtmeter in a data directory and its backups, and on the directories. A data
 * directory that holds files of others too keeps its mode: it is shared. Call it before the ledger is opened. Logs one line for what was
 * changed, and one for what could not be.
 */
export async function tightenData(directory: string, log: Pick<Logger, 'info' | 'warn'>): Promise<void> {
  const names = await namesIn(directory);
  const backups = backupsPath(directory);
  const own = names.map((name) => join(directory, name)).filter((path) => isOwn(path, directory));
  const paths = [
    ...(own.length > 0 && own.length === names.length ? [directory] : []),
    ...own,
    ...(await namesIn(backups)).filter(isLedgerFile).map((name) => join(backups, name)),
  ];
  const changed: Tightened[] = [];
  const loose: Loose[] = [];
  for (const path of paths) {
    const found = await tighten(path, path === directory);
    if (found !== null) 'why' in found ? loose.push(found) : changed.push(found);
  }
  if (changed.length > 0) {
    const each = changed.map(({ path, was, is }) => `"${path}" from ${octal(was)} to ${octal(is)}`);
    log.info(`Other users could read the data of wrtmeter; permissions changed: ${listed(each)}`);
  }
  if (loose.length > 0) {
    const each = loose.map(({ path, mode, why }) => `"${path}" (${octal(mode)}: ${why})`);
    log.warn(`Other users can read the data of wrtmeter: ${listed(each)}; their owner can change that with "chmod go="`);
  }
}

const isOwn = (path: string, directory: string): boolean =>
  path === backupsPath(directory) ||
  [tokensPath(directory), `${tokensPath(directory)}.new`].includes(path) ||
  isLedgerFile(path.slice(directory.length).replace(/^\/+/, ''));

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);

/** Null where nothing is to be done. Follows no link, except to the data directory itself. */
async function tighten(path: string, follow: boolean): Promise<Tightened | Loose | null> {
  const before = await (follow ? stat : lstat)(path).catch(() => null);
  if (before === null || !(before.isFile() || before.isDirectory())) return null;
  const was = before.mode & 0o7777;
  const is = before.isFile() ? was & 0o600 : was & ~0o077;
  if ((was & 0o077) === 0) return null;
  const failed = await chmod(path, is).then(
    () => null,
    ({ code }: NodeJS.ErrnoException) => code ?? 'failed',
  );
  const mode = (await stat(path).catch(() => null))?.mode ?? 0;
  if ((mode & 0o077) === 0) return { path, was, is };
  const foreign = process.geteuid !== undefined && before.uid !== process.geteuid();
  const why = foreign ? `it belongs to user ${before.uid}` : (failed ?? 'the file system keeps no permissions');
  return { path, mode: mode & 0o7777, why };
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** Enough to see what it is about. */
const MOST_LISTED = 20;

const listed = (each: readonly string[]): string =>
  each.length <= MOST_LISTED ? each.join(', ') : `${each.slice(0, MOST_LISTED).join(', ')} and ${each.length - MOST_LISTED} more`;
