import { type Day, dayOf, instantOf, sinceMidnight } from '../../calendar.ts';
import { halfHoursOf, type Window, weekdayOf } from '../tariffs.ts';

const HALF_HOURS = 48;
const WEEK = 7 * HALF_HOURS;
const HALF_HOUR_MS = 1_800_000;

/**
 * The stretch of time in which windows hold, around an instant (all Unix ms); null if they do not hold then. The wall clock decides.
 * `since` and `until` are null for windows that hold all week.
 */
export function stretchAt(
  windows: readonly Window[],
  now: number,
  timezone: string,
): { since: number | null; until: number | null } | null {
  const held = new Set(windows.flatMap(halfHoursOf));
  const [day, half] = [dayOf(now, timezone), Math.floor(sinceMidnight(now, timezone) / HALF_HOUR_MS)];
  const holds = (offset: number) => held.has((((weekdayOf(day) * HALF_HOURS + half + offset) % WEEK) + WEEK) % WEEK);
  if (!holds(0)) return null;
  if (held.size === WEEK) return { since: null, until: null };
  let [first, end] = [0, 1];
  while (holds(first - 1)) first -= 1;
  while (holds(end)) end += 1;
  const instant = (offset: number, later: boolean) => instantOfHalf(day, half + offset, timezone, later);
  // In the hour that an autumn night has twice, the one that contains `now`.
  const [begun, beganBefore] = [instant(first, true), instant(first, false)];
  const [ends, endsLater] = [instant(end, false), instant(end, true)];
  return { since: begun <= now ? begun : beganBefore, until: ends > now ? ends : endsLater };
}

function instantOfHalf(day: Day, half: number, timezone: string, later: boolean): number {
  const days = Math.floor(half / HALF_HOURS);
  return instantOf(day + days, (half - days * HALF_HOURS) * 30, timezone, later);
}
