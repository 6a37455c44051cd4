import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Day, dayNumber, dayText } from '../../domain/calendar.ts';
import { backupsPath, COMPANIONS, ledgerPath, restoringPath, sizeOf } from '../storage/files.ts';

/** A backup of a day, `DIR/backups/ledger-YYYY-MM-DD.db`. */
export interface Backup {
  path: string;
  name: string;
  day: Day;
}

const BACKUP = /^ledger-(\d{4})-(\d\d)-(\d\d)\.db$/;
const SET_ASIDE = /^ledger-(damaged|replaced)-.*\.db(-wal|-journal)?$/;

export const backupName = (day: Day): string => `ledger-${dayText(day)}.db`;

/**
 * The backups of a data directory, newest first. Those of days after tomorrow come last: a clock that was ahead dated them, and they
 * must not hide the true ones.
 */
export async function listBackups(directory: string, today: Day): Promise<Backup[]> {
  const names = await readdir(backupsPath(directory)).catch(() => []);
  const found = names.flatMap((name) => {
    const [match, year, month, date] = BACKUP.exec(name) ?? [];
    if (match === undefined) return [];
    return [{ path: join(backupsPath(directory), name), name, day: dayNumber(Number(year), Number(month), Number(date)) }];
  });
  const ahead = ({ day }: Backup) => (day > today + 1 ? 1 : 0);
  return found.sort((a, b) => ahead(a) - ahead(b) || b.day - a.day);
}

/** Ledgers that were set aside, damaged or replaced. */
export async function setAside(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => SET_ASIDE.test(name)).map((name) => join(directory, name));
}

/** Files that show that there was a ledger here: a directory with any of them is not a first start. */
export async function remainsOf(directory: string): Promise<string[]> {
  const backups = (await listBackups(directory, 0)).map(({ name }) => join('backups', name));
  const aside = (await setAside(directory)).map((file) => basename(file));
  const path = ledgerPath(directory);
  const logs = await Promise.all(COMPANIONS.map(async (end) => ((await sizeOf(path + end)) ? [`ledger.db${end}`] : [])));
  const restoring = (await sizeOf(restoringPath(directory))) === null ? [] : [basename(restoringPath(directory))];
  return [...backups, ...aside, ...logs.flat(), ...restoring];
}
