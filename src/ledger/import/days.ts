import type { Day } from '../../domain/calendar.ts';
import { minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { trafficOf } from '../storage/load.ts';
import type { Store } from '../storage/store.ts';
import type { ImportProgram } from './figures.ts';

/** What a program brought to a day of an account. A day has bytes of one program only. */
export interface Imported {
  program: ImportProgram;
  bytes: Traffic;
  /** Whether the program knew the day by itself, or a longer stretch was spread over it. */
  kind: 'day' | 'stretch';
}

/** The bytes that an account has on a day already. */
export interface BookedDay {
  bytes: Traffic;
  imported: Imported | null;
}

/** By account id. */
export type BookedDays = ReadonlyMap<number, ReadonlyMap<Day, BookedDay>>;

const SQL = {
  day: 'SELECT account, day, download, upload FROM day WHERE account IN (SELECT value FROM json_each(?))',
  imported: 'SELECT account, day, program, kind, download, upload FROM imported WHERE account IN (SELECT value FROM json_each(?))',
};

export async function readDays(store: Pick<Store, 'all'>, accounts: readonly number[]): Promise<BookedDays> {
  const ids = JSON.stringify(accounts);
  const booked = new Map<number, Map<Day, BookedDay>>(accounts.map((id) => [id, new Map()]));
  for (const row of await store.all(SQL.day, ids)) {
    booked.get(Number(row.account))?.set(Number(row.day), { bytes: trafficOf(row), imported: null });
  }
  for (const row of await store.all(SQL.imported, ids)) {
    const days = booked.get(Number(row.account));
    const known = days?.get(Number(row.day))?.bytes ?? NOTHING;
    const imported = {
      program: String(row.program) as ImportProgram,
      kind: String(row.kind) as Imported['kind'],
      bytes: trafficOf(row),
    };
    days?.set(Number(row.day), { bytes: known, imported });
  }
  return booked;
}

/** What the ledger counted itself on a day. */
export const ownBytes = ({ bytes, imported }: BookedDay): Traffic => (imported === null ? bytes : minus(bytes, imported.bytes));

export function sumOf(days: ReadonlyMap<Day, BookedDay>, from: Day, to: Day): Traffic {
  let sum: Traffic = NOTHING;
  if (to - from < days.size) for (let day = from; day < to; day += 1) sum = plus(sum, days.get(day)?.bytes ?? NOTHING);
  else for (const [day, { bytes }] of days) if (day >= from && day < to) sum = plus(sum, bytes);
  return sum;
}
