import { copyFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { dayOf, instantText } from '../../domain/calendar.ts';
import { LedgerError, shellWord } from '../../errors.ts';
import { ledgerNote } from '../books.ts';
import { asLedgerError } from '../storage/driver/sqlite.ts';
import {
  backupsPath,
  COMPANIONS,
  giveToOwner,
  ledgerPath,
  lockLedger,
  renameDurably,
  restoringPath,
  sizeOf,
  syncFile,
  whyUnseen,
} from '../storage/files.ts';
import { type FileVerdict, inspect, inspectOwn, LostLedgerError, unfit } from '../storage/inspect.ts';
import { brokenTotals } from '../storage/integrity.ts';
import { openStore, type Store } from '../storage/store.ts';
import { writeAuditInto } from '../storage/write-audit.ts';
import { copyDatabase, removeDatabase } from './backup.ts';
import { listBackups } from './backups.ts';

export interface RecoveryIo {
  /** Unix ms. */
  now: number;
  /** Called with each line that a person must read. */
  report(line: string): void;
}

/**
 * Opens `DIR/ledger.db` like `openStore`, and where it is damaged or missing replaces it with the newest good backup: the damaged file is
 * kept under a dated name, which is reported and a row of the audit. Throws a LedgerError where there is no good backup.
 */
export async function openOrRecover(directory: string, io: RecoveryIo): Promise<Store> {
  let lock = await lockLedger(directory);
  try {
    await removeUnfinished(directory);
    const store = await openStore(directory, lock).catch(async (error) => {
      if (!(error instanceof LostLedgerError)) throw error;
      if (!(await finishReplacing(directory, io))) await restoreNewest(directory, error, io);
      // Where the ledger before was a link, the new one is in another directory.
      await lock.release();
      lock = await lockLedger(directory);
      return openStore(directory, lock);
    });
    await reportBrokenTotals(store, directory, io);
    return store;
  } catch (error) {
    await lock.release();
    throw asLedgerError(error, ledgerPath(directory));
  }
}

/** SQLite finds damaged pages, but not a number that changed: that shows where sums do not agree. */
async function reportBrokenTotals(store: Store, directory: string, { report }: RecoveryIo): Promise<void> {
  for (const { rule, first } of await brokenTotals(store)) {
    report(
      `Ledger "${ledgerPath(directory)}": this does not hold: ${rule} (${first}); "wrtmeter check --data ${shellWord(directory)}" says more`,
    );
  }
}

/** Finishes a replacement that was cut off after the old file had moved: the new one is whole. */
async function finishReplacing(directory: string, { now, report }: RecoveryIo): Promise<boolean> {
  const [path, restoring] = [ledgerPath(directory), restoringPath(directory)];
  if ((await sizeOf(path)) !== null || (await sizeOf(restoring)) === null) return false;
  if ((await judge(restoring)).state !== 'good') return false;
  await moveAside(directory, 'replaced', dated(now));
  await renameDurably(restoring, path);
  report(`A restore of ledger "${path}" that was cut off is finished`);
  return true;
}

/** A file that cannot be read is as useless as a damaged one. Rule: care of the file. */
async function judge(path: string): Promise<FileVerdict> {
  return inspect(path).catch((error) => {
    if (!(error instanceof LedgerError)) throw error;
    return { state: 'damaged', why: error.message };
  });
}

/** Removes what replacements that were cut off left; a whole one without a ledger next to it is finished instead. */
async function removeUnfinished(directory: string): Promise<void> {
  const restoring = restoringPath(directory);
  for (const name of await readdir(directory)) {
    if (name.startsWith(`${basename(restoring)}.`)) await rm(join(directory, name), { force: true });
  }
  if ((await sizeOf(ledgerPath(directory))) !== null) await removeDatabase(restoring);
}

async function restoreNewest(directory: string, lost: LostLedgerError, { now, report }: RecoveryIo): Promise<void> {
  const path = ledgerPath(directory);
  for (const { path: backup, name } of await listBackups(directory, dayOf(now, 'UTC'))) {
    const verdict = await judge(backup);
    if (verdict.state !== 'good') {
      report(`Backup "${backup}" cannot take the ledger's place: ${unfit(verdict)}`);
      continue;
    }
    const { postedAt } = verdict;
    const kept = await replace(directory, backup, { label: 'damaged', now, why: `${lost.why}; backup ${name} took its place` });
    const last = postedAt === 0 ? 'without a posting' : `with the last posting at ${instantText(postedAt)}`;
    const aside = kept === null ? '' : `; it is kept as "${kept}"`;
    report(
      `Ledger "${path}": ${lost.why}${aside}. Backup "${backup}" ${last} took its place; what the routers' counters still tell is added`,
    );
    return;
  }
  throw new LedgerError(
    `Ledger "${path}": ${lost.why}, and "${backupsPath(directory)}" holds no good backup: restore one with "wrtmeter restore FILE", or move what is left of the ledger away to start a new one`,
    { cause: lost },
  );
}

interface Replacement {
  /** What the old file is kept as: `ledger-LABEL-DATE.db`. */
  label: 'damaged' | 'replaced';
  now: number;
  /** For the audit. */
  why: string;
}

/**
 * Replaces the ledger with a copy of a good database file, with an audit row in it. Returns the dated name under which the old ledger is
 * kept; null where there was none.
 */
async function replace(directory: string, file: string, { label, now, why }: Replacement): Promise<string | null> {
  const [path, restoring] = [ledgerPath(directory), restoringPath(directory)];
  const kept = await freeName(directory, label, dated(now));
  const there = (await sizeOf(path)) !== null;
  await removeDatabase(restoring);
  await copyDatabase(file, restoring);
  await giveToOwner(restoring);
  const note = there ? `${why}; the file before is kept as ${basename(kept)}` : why;
  await writeAuditInto(restoring, ledgerNote(now, 'restore', note));
  // From here on the new file is whole: whenever this is cut off, the next start finishes it.
  await moveAside(directory, label, dated(now));
  await renameDurably(restoring, path);
  return there ? kept : null;
}

/**
 * Gives the ledger and its companions a dated name, so that no old log is ever replayed into a new file. Whenever it is cut off, the ledger has
 * its log beside it: the log is there under both names while the ledger gets the other.
 */
async function moveAside(directory: string, label: string, date: string): Promise<void> {
  const path = ledgerPath(directory);
  const kept = await freeName(directory, label, date);
  const there = (await sizeOf(path)) !== null;
  for (const end of COMPANIONS) {
    const size = await sizeOf(path + end);
    // An empty log is left by a program that only read the file.
    if (size === 0) await rm(path + end);
    else if (size !== null) await (there ? copyDurably : rename)(path + end, kept + end);
  }
  if (there) await renameDurably(path, kept);
  for (const end of ['-shm', ...COMPANIONS]) await rm(path + end, { force: true });
}

async function copyDurably(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
    await giveToOwner(to);
    await syncFile(to);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}

/** A dated name that no file has yet. */
async function freeName(directory: string, label: string, date: string): Promise<string> {
  for (let count = 1; ; count++) {
    const name = join(directory, `ledger-${label}-${date}${count === 1 ? '' : `-${count}`}.db`);
    const taken = await Promise.all(['', ...COMPANIONS].map((end) => sizeOf(name + end)));
    if (taken.every((size) => size === null)) return name;
  }
}

/** What a restore has done. */
export interface Restored {
  /** The ledger before, or null where there was none. */
  kept: string | null;
  /** Unix ms of the last posting in the restored file. */
  postedAt: number;
}

/** Replaces the ledger with a file that a person chose; the service must not run. Throws a LedgerError. */
export async function restoreFile(directory: string, file: string, now: number): Promise<Restored> {
  const path = ledgerPath(directory);
  if (resolve(file) === resolve(path)) throw new LedgerError(`"${file}" is the ledger itself: name a backup of it`);
  const unseen = await whyUnseen(file);
  if (unseen !== null) throw new LedgerError(`"${file}" cannot be read: ${unseen}`);
  if ((await sizeOf(file)) === null)
    throw new LedgerError(`There is no file "${file}": name a backup, such as one in "${backupsPath(directory)}"`);
  const lock = await lockLedger(directory);
  try {
    const verdict = await inspect(file);
    if (verdict.state !== 'good') throw new LedgerError(`"${file}" cannot be restored: ${unfit(verdict)}`);
    const before = (await sizeOf(path)) === null ? null : await inspectOwn(path);
    const label = before?.state === 'damaged' ? 'damaged' : 'replaced';
    const kept = await replace(directory, file, { label, now, why: `restored from ${basename(file)}` });
    const store = await openStore(directory, lock);
    await store.close();
    return { kept, postedAt: verdict.postedAt };
  } catch (error) {
    await lock.release();
    throw asLedgerError(error, path);
  }
}

/** `YYYY-MM-DDTHH-MM-SS`, UTC: file systems of cards and sticks know no colon. */
const dated = (instant: number): string => instantText(instant).replaceAll(':', '-').replace('Z', '');
