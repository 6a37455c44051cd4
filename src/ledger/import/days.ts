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

/** Bytes by which the days of one stretch differ: each import spreads evenly, up to a byte. */
const EVEN = 10;

/**
 * The imported bytes of days outside that lie in a stretch with days inside: all of such a stretch may have flowed inside. Days are of one
 * stretch if they got the same bytes.
 */
export function reachingOut(days: ReadonlyMap<Day, PostedDay>, from: Day, to: Day): Traffic {
  const stretches = [...days].flatMap(([day, { imported }]) => (imported?.kind === 'stretch' ? [{ day, ...imported }] : []));
  const isInside = ({ day }: { day: Day }) => day >= from && day < to;
  const inside = stretches.filter(isInside);
  const isOfOne = (a: Imported, b: Imported) =>
    a.program === b.program && Math.abs(a.bytes.download - b.bytes.download) <= EVEN && Math.abs(a.bytes.upload - b.bytes.upload) <= EVEN;
  return stretches
    .filter((day) => !isInside(day) && inside.some((other) => isOfOne(day, other)))
    .reduce((sum, { bytes }) => plus(sum, bytes), NOTHING);
}
