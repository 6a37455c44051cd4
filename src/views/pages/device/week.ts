import { type Day, dayOf, HOUR_MS, minuteOfDay, startOfDay } from '../../../domain/calendar.ts';
import type { Used } from '../../../domain/traffic.ts';
import type { WeekHours } from '../frame/heat-map.ts';

/** Days whose hours are on the map: each weekday as often as the others. */
const DAYS = 28;

/** The days whose hours are shown (Unix ms), up to and with that of `now`. */
export function weekSpan(now: number, timezone: string): { from: number; to: number } {
  const today = dayOf(now, timezone);
  return { from: startOfDay(today - DAYS + 1, timezone), to: startOfDay(today + 1, timezone) };
}

/** Bytes by weekday (Monday first) and hour of the local day, from those of hours (Unix ms). */
export function weekHours(used: ReadonlyMap<number, Used>, now: number, timezone: string): WeekHours {
  const week = Array.from({ length: 7 }, () => new Array<number>(24).fill(0));
  const today = dayOf(now, timezone);
  let [day, start, end] = [today - DAYS, 0, 0];
  for (const [instant, { total }] of [...used].sort(([a], [b]) => a - b)) {
    while (instant >= end && day <= today) {
      day += 1;
      [start, end] = [end === 0 ? startOfDay(day, timezone) : end, startOfDay(day + 1, timezone)];
    }
    const hours = week[weekdayOf(day)];
    const hour = hourOfDay(instant, start, end, timezone);
    if (hours !== undefined && instant >= start) hours[hour] = (hours[hour] ?? 0) + total;
  }
  return week;
}

/** 0 = Monday; 1970-01-01 was a Thursday. */
const weekdayOf = (day: Day): number => (day + 3) % 7;

/** Time zones are slow, and needed only where a clock change makes the day longer or shorter. */
const hourOfDay = (instant: number, start: number, end: number, timezone: string): number =>
  end - start === 24 * HOUR_MS ? Math.floor((instant - start) / HOUR_MS) : Math.floor(minuteOfDay(instant, timezone) / 60);
