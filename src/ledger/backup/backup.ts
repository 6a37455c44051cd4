import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { dayOf, HOUR_MS } from '../../domain/calendar.ts';
import { fileWords, LedgerError } from '../../errors.ts';
import { openToRead } from '../storage/driver/read.ts';
import { asLedgerError, codeOf, type Database, writingWordsFor } from '../storage/driver/sqlite.ts';
import { backupsPath, COMPANIONS, giveToOwner, ledgerPath, renameDurably, sizeOf, syncFile } from '../storage/files.ts';
import { inspect, unfit } from '../storage/inspect.ts';
import { backupName, listBackups } from './backups.ts';

/** A backup leaves at least this much of the disk free, and twice the ledger. */
const LEAVE_FREE = 8 * 1024 * 1024;
const PARTIAL = '.partial';
/** A partial file that was not changed for this long is left over from a backup that was cut off. */
const LEFT_OVER_MS = HOUR_MS;

/** Stops a backup that is running. */
export interface Abort {
  aborted: boolean;
  database: Pick<Database, 'interrupt'> | null;
}

/**
 * Writes a consistent copy of a database, also while another process writes it: whole and on the disk before it has its name.
 * Bounded in memory, and no writer waits for it. Throws a LedgerError.
 */
export async function copyDatabase(from: string, to: string, abort: Abort = { aborted: false, database: null }): Promise<void> {
  const partial = `${to}.${process.pid}${PARTIAL}`;
  try {
    await removeDatabase(partial);
    const source = await openToRead(from);
    abort.database = source;
    try {
      if (abort.aborted) throw new LedgerError('Backup was given up because wrtmeter ends');
      await source.copyTo(partial).catch((error) => {
        throw isDamage(error) ? asLedgerError(error, from) : cannotWrite(to, error);
      });
    } finally {
      abort.database = null;
      await source.close();
    }
    await syncFile(partial);
    const verdict = await inspect(partial);
    if (verdict.state !== 'good') throw new LedgerError(`Backup "${to}" is not kept: ${unfit(verdict)}`);
    await renameDurably(partial, to);
  } catch (error) {
    await removeDatabase(partial).catch(() => undefined);
    throw error instanceof LedgerError ? error : cannotWrite(to, error);
  }
}

/** Whether what was read is at fault, and not the copy. */
const isDamage = (error: unknown): boolean => ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].includes(codeOf(error) ?? '');

const cannotWrite = (to: string, error: unknown) =>
  new LedgerError(`Backup "${to}" cannot be written: ${writingWordsFor(error)}`, { cause: error });

/** Removes a database and its companions. */
export async function removeDatabase(path: string): Promise<void> {
  for (const end of ['', '-shm', ...COMPANIONS]) await rm(path + end, { force: true });
}

/** Writes or replaces the backup of a day in `DIR/backups` and returns its path. Throws a LedgerError. */
export async function backUp(directory: string, day: number, abort?: Abort): Promise<string> {
  const folder = backupsPath(directory);
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    const todo = codeOf(error) === 'EEXIST' ? 'move that file away' : 'make it writable for the user of wrtmeter';
    throw new LedgerError(`Backup directory "${folder}" cannot be made: ${fileWords(error)}: ${todo}`);
  });
  await giveToOwner(folder);
  const path = join(folder, backupName(day));
  await removeLeftOvers(folder).catch((error) => {
    throw cannotWrite(path, error);
  });
  await leaveRoom(ledgerPath(directory), path);
  await copyDatabase(ledgerPath(directory), path, abort);
  await giveToOwner(path);
  return path;
}

/** Throws a LedgerError where a copy of the ledger would leave the disk nearly full. */
export async function leaveRoom(ledger: string, to: string): Promise<void> {
  const size = (await sizeOf(ledger)) ?? 0;
  const { bavail, bsize } = await statfs(dirname(to)).catch((error) => {
    throw cannotWrite(to, error);
  });
  const free = bavail * bsize;
  if (free >= size + Math.max(LEAVE_FREE, 2 * size)) return;
  const room = free < 50_000 ? 'the disk is full' : `only ${(free / 1e6).toFixed(1)} MB of the disk are free`;
  throw new LedgerError(`Backup "${basename(to)}" is not made: ${room}, and the ledger needs room to grow`);
}

/** Removes all but the newest `keep` backups. */
export async function rotate(directory: string, today: number, keep: number): Promise<void> {
  for (const { path } of (await listBackups(directory, today)).slice(keep)) await rm(path, { force: true });
}

/** A partial file that is much older than the others belongs to no running backup. */
async function removeLeftOvers(folder: string): Promise<void> {
  const names = await readdir(folder);
  const times = await Promise.all(names.map(async (name) => (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0));
  const newest = Math.max(0, ...times);
  for (const [i, name] of names.entries()) {
    if (name.includes(PARTIAL) && newest - (times[i] ?? 0) > LEFT_OVER_MS) await rm(join(folder, name), { force: true });
  }
}

/** Where daily backups are made, and what is called afterwards. */
export interface BackupTerms {
  directory: string;
  /** How many are kept. */
  keep: number;
  made(path: string): void;
  failed(error: LedgerError): void;
}

/** Makes one backup per day while the service runs, at its first posting, so that it has the days before. Rule: care of the file. */
export interface DailyBackups {
  /** After a posting: starts the backup of the local day unless there is one. `now` is Unix ms, `tick` ms on a clock that never steps. */
  afterPosting(now: number, tick: number, timezone: string): void;
  /** Stops a backup that is running. */
  stop(): Promise<void>;
}

/** The first backup is made at the first posting, and has next to nothing of its day: it is made again when the day has ended. */
async function isFirstBackupOf(day: number, directory: string): Promise<boolean> {
  const backups = await listBackups(directory, day);
  return backups.length === 1 && backups[0]?.day === day;
}

const TRY_AGAIN_MS = HOUR_MS;

/** Backups of the ledger in a directory. A backup that fails calls `failed`, and is tried again an hour later. */
export function dailyBackups({ directory, keep, made, failed }: BackupTerms): DailyBackups {
  const abort: Abort = { aborted: false, database: null };
  let running: Promise<void> | null = null;
  let done: number | null = null;
  let tryAgain = Number.NEGATIVE_INFINITY;

  async function make(day: number): Promise<void> {
    if ((await sizeOf(join(backupsPath(directory), backupName(day)))) === null) {
      if (await isFirstBackupOf(day - 1, directory)) await backUp(directory, day - 1, abort);
      made(await backUp(directory, day, abort));
      await rotate(directory, day, keep);
    }
    done = day;
  }

  return {
    afterPosting(now, tick, timezone) {
      if (running !== null || abort.aborted || tick < tryAgain) return;
      const day = dayOf(now, timezone);
      if (day === done) return;
      running = make(day)
        .catch((error) => {
          tryAgain = tick + TRY_AGAIN_MS;
          if (abort.aborted) return;
          failed(error instanceof LedgerError ? error : cannotWrite(join(backupsPath(directory), backupName(day)), error));
        })
        .finally(() => {
          running = null;
        });
    },
    async stop() {
      abort.aborted = true;
      abort.database?.interrupt();
      await running;
    },
  };
}
