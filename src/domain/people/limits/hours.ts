import { DAY_MS, utcOffset } from '../../calendar.ts';
import { halfHoursOf, type Window, weekdayOf } from '../tariffs.ts';

const HALF_HOURS = 48;
const WEEK = 7 * HALF_HOURS;
const HALF_HOUR_MS = 1_800_000;

/**
 * The stretch of time in which windows hold, around an instant (all Unix ms); null if they do not hold then. The wall clock decides, also where
 * it is set within the stretch. `since` and `until` are null for windows that hold all week.
 */
export function stretchAt(
  windows: readonly Window[],
  now: number,
  timezone: string,
): { since: number | null; until: number | null } | null {
  const held = new Set(windows.flatMap(halfHoursOf));
  const offsetAt = (instant: number) => utcOffset(instant, timezone) * 1000;
  const holds = (instant: number, offset: number) => held.has(halfHourOf(instant + offset));
  if (!holds(now, offsetAt(now))) return null;
  if (held.size === WEEK) return { since: null, until: null };
  const beginOf = (instant: number, offset: number) => Math.floor((instant + offset) / HALF_HOUR_MS) * HALF_HOUR_MS - offset;

  function endAfter(from: number): number {
    const offset = offsetAt(from);
    let end = beginOf(from, offset) + HALF_HOUR_MS;
    while (holds(end, offset)) end += HALF_HOUR_MS;
    if (offsetAt(end) === offset) return end;
    const change = changeIn(from, end, offsetAt);
    return holds(change, offsetAt(change)) ? endAfter(change) : change;
  }
  function beginBefore(from: number): number {
    const offset = offsetAt(from);
    let begin = beginOf(from, offset);
    while (holds(begin - 1, offset)) begin -= HALF_HOUR_MS;
    if (offsetAt(begin - 1) === offset) return begin;
    const change = changeIn(begin - 1, from, offsetAt);
    return holds(change - 1, offsetAt(change - 1)) ? beginBefore(change - 1) : change;
  }
  return { since: beginBefore(now), until: endAfter(now) };
}

/** The half hour of the week, since Monday 00:00, of a local time in ms since 1970. */
const halfHourOf = (local: number): number =>
  weekdayOf(Math.floor(local / DAY_MS)) * HALF_HOURS + Math.floor((((local % DAY_MS) + DAY_MS) % DAY_MS) / HALF_HOUR_MS);

/** The instant in a span at which the wall clock is set: the first with the offset of its end. */
function changeIn(before: number, end: number, offsetAt: (instant: number) => number): number {
  const offset = offsetAt(end);
  let [low, high] = [before, end];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === offset) high = middle;
    else low = middle;
  }
  return high;
}
