import { Temporal } from 'temporal-polyfill';

/** A local calendar day, as the number of days since 1970-01-01. */
export type Day = number;

/** The day of the month that a billing period starts on. In a shorter month, its last day. */
export interface Billing {
  day: number;
}

/** A billing period: from its first day (inclusive) to the first day of the next one (exclusive). Rule: month. */
export interface Month {
  start: Day;
  end: Day;
}

/** A span of time within one local hour, or within one local day for which hours are no longer kept. */
export interface Slice {
  /** Unix ms at which that local hour began; null for a whole day. */
  hour: number | null;
  day: Day;
  /** Milliseconds. */
  length: number;
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** Unix ms. A clock that says less was never set. */
export const EARLIEST_NOW = Date.UTC(2025, 0, 1);

/** The last second that has four digits for its year. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Unix ms as RFC 3339 in UTC, in whole seconds. Times out of its range (a router may report any time) become the nearest one in it. */
export const instantText = (instant: number): string => {
  const sayable = Math.min(LAST_INSTANT, Math.max(0, Math.round(instant)));
  return `${new Date(sayable).toISOString().slice(0, 19)}Z`;
};

export const dayNumber = (year: number, month: number, day: number): Day => Date.UTC(year, month - 1, day) / DAY_MS;

/** The day of a calendar date, or null if the calendar has none such. */
export function calendarDay(year: unknown, month: unknown, day: unknown): Day | null {
  const parts = [year, month, day];
  if (!parts.every((part) => typeof part === 'number' && Number.isInteger(part))) return null;
  const [y, m, d] = parts as [number, number, number];
  if (y < 1970 || y > 9999) return null;
  const date = new Date(Date.UTC(y, m - 1, d));
  return date.getUTCMonth() === m - 1 && date.getUTCDate() === d ? dayNumber(y, m, d) : null;
}

/** The day of `YYYY-MM-DD`, or null. */
export function parseDate(text: string): Day | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return calendarDay(Number(year), Number(month), Number(day));
}

/** `YYYY-MM-DD` */
export const dayText = (day: Day): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The local day of an instant (Unix ms). */
export function dayOf(instant: number, timezone: string): Day {
  if (isInLatest(instant, timezone)) return latest.day;
  const local = zoned(instant, timezone);
  return dayNumber(local.year, local.month, local.day);
}

/** Unix ms at which a local day begins; in zones that skip midnight, the first instant of the day. */
export function startOfDay(day: Day, timezone: string): number {
  return Temporal.PlainDate.from(dayText(day)).toZonedDateTime(timezone).epochMilliseconds;
}

/** The billing period of a day. */
export function monthOf(day: Day, billing: Billing): Month {
  const date = new Date(day * DAY_MS);
  const index = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const start = firstDay(index, billing);
  return day >= start ? { start, end: firstDay(index + 1, billing) } : { start: firstDay(index - 1, billing), end: start };
}

/** The last `count` billing periods, oldest first; the last one contains the day. */
export function lastPeriods(day: Day, billing: Billing, count: number): Month[] {
  const periods = [monthOf(day, billing)];
  for (let [first] = periods; first !== undefined && periods.length < count; [first] = periods)
    periods.unshift(monthOf(first.start - 1, billing));
  return periods;
}

/** The calendar year of a day; it does not depend on the billing day. */
export function yearOf(day: Day): Month {
  const year = new Date(day * DAY_MS).getUTCFullYear();
  return { start: dayNumber(year, 1, 1), end: dayNumber(year + 1, 1, 1) };
}

function firstDay(monthIndex: number, billing: Billing): Day {
  const [year, month] = [Math.floor(monthIndex / 12), (monthIndex % 12) + 1];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return dayNumber(year, month, Math.min(billing.day, last));
}

/**
 * Unix ms at which the local hour of an instant began: the full hour of the wall clock, or the clock change
 * within that hour. The repeated hour of an autumn night counts as two hours. Rule: time.
 */
export const hourOf = (instant: number, timezone: string): number => localHour(instant, timezone).start;

/** A local hour, from `start` to before `end` (Unix ms). All of it is of one day. */
interface LocalHour {
  timezone: string;
  start: number;
  end: number;
  day: Day;
}

/** The hour that was asked for last: in a round, nearly all times are of the present one. */
let latest: LocalHour = { timezone: '', start: 0, end: 0, day: 0 };

const isInLatest = (instant: number, timezone: string): boolean =>
  instant >= latest.start && instant < latest.end && timezone === latest.timezone;

function localHour(instant: number, timezone: string): LocalHour {
  if (!isInLatest(instant, timezone)) {
    const start = beginOfHour(instant, timezone);
    latest = { timezone, start, end: endAfter(instant, timezone), day: dayOf(instant, timezone) };
  }
  return latest;
}

function beginOfHour(instant: number, timezone: string): number {
  const local = zoned(instant, timezone);
  const start = instant - intoHour(local);
  if (zoned(start, timezone).offsetNanoseconds === local.offsetNanoseconds) return start;
  // Add one ms, because the search for the previous change excludes its own instant.
  const change = zoned(instant + 1, timezone).getTimeZoneTransition('previous');
  return change === null ? start : Math.max(start, change.epochMilliseconds);
}

function endAfter(instant: number, timezone: string): number {
  const local = zoned(instant, timezone);
  const end = instant + HOUR_MS - intoHour(local);
  if (zoned(end, timezone).offsetNanoseconds === local.offsetNanoseconds) return end;
  const change = local.getTimeZoneTransition('next');
  return change === null ? end : Math.min(end, change.epochMilliseconds);
}

/**
 * The local hours between `from` and `to` (Unix ms), in order; whole days for the part before `hoursFrom`.
 * An empty span falls in the hour of `to`.
 */
export function slices(from: number, to: number, timezone: string, hoursFrom = Number.NEGATIVE_INFINITY): Slice[] {
  if (from >= to) return [{ hour: hourOf(to, timezone), day: dayOf(to, timezone), length: 1 }];
  const found: Slice[] = [];
  for (let at = from; at < to; ) {
    const day = dayOf(at, timezone);
    const hour = at < hoursFrom ? null : hourOf(at, timezone);
    const end = Math.min(to, hour === null ? startOfDay(day + 1, timezone) : endOfHour(hour, timezone));
    found.push({ hour, day, length: end - at });
    at = end;
  }
  return found;
}

/** Unix ms at which the local hour after that of an instant begins. */
export const endOfHour = (instant: number, timezone: string): number => localHour(instant, timezone).end;

/** What the wall clock shows since midnight, in ms. */
export function sinceMidnight(instant: number, timezone: string): number {
  const local = zoned(instant, timezone);
  return local.hour * HOUR_MS + intoHour(local);
}

const intoHour = (local: Temporal.ZonedDateTime): number => (local.minute * 60 + local.second) * 1000 + local.millisecond;

/**
 * Unix ms at which the wall clock shows so many minutes since 00:00 of a day: of an hour that comes twice, the first time; of one that is left
 * out, as long after its beginning.
 */
export function instantOf(day: Day, minutes: number, timezone: string): number {
  return Temporal.PlainDate.from(dayText(day))
    .toPlainDateTime()
    .add({ minutes })
    .toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** Minutes of the local clock since 00:00. */
export function minuteOfDay(instant: number, timezone: string): number {
  const { hour, minute } = zoned(instant, timezone);
  return hour * 60 + minute;
}

/** Seconds by which the wall clock is ahead of UTC; negative where it is behind. */
export const utcOffset = (instant: number, timezone: string): number => zoned(instant, timezone).offsetNanoseconds / 1e9;

/** `YYYY-MM-DD HH:MM:SS` in the time zone, the format of the older programs. */
export function localText(instant: number, timezone: string): string {
  return zoned(Math.floor(instant / 1000) * 1000, timezone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'second' })
    .replace('T', ' ');
}

/** `YYYY-MM-DD HH:MM` in the time zone. */
export const minuteText = (instant: number, timezone: string): string => localText(instant, timezone).slice(0, 16);

function zoned(instant: number, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone);
}
