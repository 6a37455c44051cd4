import { type Day, slices, startOfDay } from '../../../domain/calendar.ts';

/** A local hour, Unix ms; the last one may end early, at the present. */
export interface Hour {
  start: number;
  end: number;
  length: number;
}

/** The hours of a local day that have begun. */
export type HoursOfDay = (day: Day) => readonly Hour[];

/** Finds the hours of days up to an instant (Unix ms), each day once: time zones are slow. */
export function hoursUntil(now: number, timezone: string): HoursOfDay {
  const known = new Map<Day, readonly Hour[]>();
  return (day) => {
    const hours = known.get(day) ?? hoursOf(startOfDay(day, timezone), Math.min(now, startOfDay(day + 1, timezone)), timezone);
    known.set(day, hours);
    return hours;
  };
}

function hoursOf(from: number, to: number, timezone: string): Hour[] {
  if (from >= to) return [];
  let end = from;
  return slices(from, to, timezone).map(({ length }) => {
    const start = end;
    end += length;
    return { start, end, length };
  });
}
