import { type Day, dayOf, type Slice, sinceMidnight, slices, startOfDay } from '../calendar.ts';

/** Hours of the week in which bytes are of one kind, for example the hours that a provider does not count. */
export interface Tariff {
  name: string;
  windows: readonly Window[];
  /** Share of its bytes that counts towards quotas, 0 to 1. */
  counts: number;
}

/** A stretch of local time on some days of the week. One that ends before it starts ends on the next day. Rule: tariffs. */
export interface Window {
  /** 0 is Monday. */
  days: readonly number[];
  /** Half hours since midnight: 0 to 47. */
  from: number;
  /** 1 to 48. */
  to: number;
}

/** What no window has. It counts in full. */
export const ON_PEAK = 'on_peak';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const HALF_HOURS = 48;
const HALF_HOUR_MS = 1_800_000;
const DAY_MS = HALF_HOURS * HALF_HOUR_MS;

/** The tariff of each half hour of a week, from Monday: an id, or null for `on_peak`. */
export type Week<Id> = readonly (Id | null)[];

/** The half hours that a window covers, counted from midnight on Monday. One that begins on Sunday may end on Monday. */
export function halfHoursOf({ days, from, to }: Window): number[] {
  const length = to > from ? to - from : to - from + HALF_HOURS;
  return days.flatMap((day) => Array.from({ length }, (_, i) => (day * HALF_HOURS + from + i) % (7 * HALF_HOURS)));
}

/** The week of tariffs that do not overlap. `idOf` says what a half hour of a tariff has. */
export function weekOf<Id>(tariffs: readonly Tariff[], idOf: (tariff: Tariff) => Id): Week<Id> {
  const week = Array.from({ length: 7 * HALF_HOURS }, (): Id | null => null);
  for (const tariff of tariffs) for (const half of tariff.windows.flatMap(halfHoursOf)) week[half] = idOf(tariff);
  return week;
}

/** 0 is Monday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: Day): number => (((day + 3) % 7) + 7) % 7;

const at = <Id>(week: Week<Id>, day: Day, half: number): Id | null => week[weekdayOf(day) * HALF_HOURS + half] ?? null;

/** A slice of time that is of one tariff. */
export interface TariffSlice<Id> extends Slice {
  tariff: Id | null;
}

/**
 * As `slices`, with the hours and days cut at the edges of tariffs as well. `from` and `to` are Unix ms. The wall clock decides: a night
 * in which it is changed has more or less of the tariff. Rule: tariffs.
 */
export function tariffSlices<Id>(from: number, to: number, timezone: string, hoursFrom: number, week: Week<Id>): TariffSlice<Id>[] {
  const found: TariffSlice<Id>[] = [];
  let start = from;
  for (const slice of slices(from, to, timezone, hoursFrom)) {
    const parts = slice.hour === null ? partsOfDay(slice, start, timezone, week) : partsOfHour(slice, Math.min(start, to), timezone, week);
    found.push(...parts);
    start += slice.length;
  }
  return found;
}

/** The wall clock does not jump within a slice of an hour, so only its half hour can be an edge. */
function partsOfHour<Id>(slice: Slice, start: number, timezone: string, week: Week<Id>): TariffSlice<Id>[] {
  const shown = sinceMidnight(start, timezone);
  const half = Math.floor(shown / HALF_HOUR_MS);
  const tariff = at(week, slice.day, half);
  const left = (half + 1) * HALF_HOUR_MS - shown;
  if (left >= slice.length) return [{ ...slice, tariff }];
  const next = at(week, slice.day, half + 1);
  if (next === tariff) return [{ ...slice, tariff }];
  return [
    { ...slice, length: left, tariff },
    { ...slice, length: slice.length - left, tariff: next },
  ];
}

/** One part for each tariff, because the day's hours are no longer kept. */
function partsOfDay<Id>(slice: Slice, start: number, timezone: string, week: Week<Id>): TariffSlice<Id>[] {
  const midnight = startOfDay(slice.day, timezone);
  const end = start + slice.length;
  const lengths = new Map<Id | null, number>();
  const add = (tariff: Id | null, length: number) => {
    if (length > 0) lengths.set(tariff, (lengths.get(tariff) ?? 0) + length);
  };
  if (startOfDay(slice.day + 1, timezone) - midnight === DAY_MS) {
    for (let half = 0; half < HALF_HOURS; half += 1) {
      const opens = midnight + half * HALF_HOUR_MS;
      add(at(week, slice.day, half), Math.min(end, opens + HALF_HOUR_MS) - Math.max(start, opens));
    }
  } else {
    for (const part of tariffSlices(start, end, timezone, Number.NEGATIVE_INFINITY, week)) add(part.tariff, part.length);
  }
  return [...lengths].map(([tariff, length]) => ({ ...slice, tariff, length }));
}

/** The tariff of an instant (Unix ms). */
export const tariffAt = <Id>(instant: number, timezone: string, week: Week<Id>): Id | null =>
  at(week, dayOf(instant, timezone), Math.floor(sinceMidnight(instant, timezone) / HALF_HOUR_MS));
