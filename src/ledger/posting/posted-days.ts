import { type Day, startOfDay } from '../../domain/calendar.ts';

/** Whole days with postings after which a device that was not seen may leave. Rule: invented device. */
export const UNSEEN_DAYS = 30;

/** The days with today as the last one; the same array where nothing changes. Days in the future are of a clock that was ahead. */
export function withDay(days: readonly Day[], today: Day): readonly Day[] {
  return days.at(-1) === today ? days : [...days.filter((day) => day < today), today].slice(-UNSEEN_DAYS - 1);
}

/**
 * Unix ms before which something must have been seen last for `count` whole days with postings to have passed since then; -Infinity
 * where the ledger has not posted on so many. A clock that leaps passes one day, however far it leaps, and so does a long pause.
 */
export function startOfPosted(days: readonly Day[], count: number, timezone: string): number {
  const first = days.at(-count - 1);
  return first === undefined ? Number.NEGATIVE_INFINITY : startOfDay(first, timezone);
}
