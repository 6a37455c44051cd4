import type { Day } from '../../domain/calendar.ts';
import { minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import type { ImportProgram } from './figures.ts';

/** What a program brought to a day of an account. A day has bytes of one program only. */
export interface Imported {
  program: ImportProgram;
  bytes: Traffic;
  /** Whether the program knew the day by itself, or a longer stretch was spread over it. */
  kind: 'day' | 'stretch';
}

/** The bytes that an account has on a day already. */
export interface PostedDay {
  bytes: Traffic;
  imported: Imported | null;
}

/** By account id. */
export type PostedDays = ReadonlyMap<number, ReadonlyMap<Day, PostedDay>>;

/** What the ledger counted itself on a day. */
export const ownBytes = ({ bytes, imported }: PostedDay): Traffic => (imported === null ? bytes : minus(bytes, imported.bytes));

/** The bytes of the days from `from` (inclusive) to `to` (exclusive). */
export function sumOf(days: ReadonlyMap<Day, PostedDay>, from: Day, to: Day): Traffic {
  let sum: Traffic = NOTHING;
  if (to - from < days.size) for (let day = from; day < to; day += 1) sum = plus(sum, days.get(day)?.bytes ?? NOTHING);
  else for (const [day, { bytes }] of days) if (day >= from && day < to) sum = plus(sum, bytes);
  return sum;
}
