import { type Day, dayOf, type Month } from '../../../domain/calendar.ts';
import type { Used } from '../../../domain/traffic.ts';
import { countedSince, isKnown } from '../../rows/known.ts';
import type { View } from '../../view.ts';
import type { ChartBar } from './bars.ts';
import { periodName, shortDate } from './short-date.ts';

/** What was used, by the (first) day. */
export type UsedByDay = ReadonlyMap<Day, Used>;

/** A bar for each day of a month, without bytes after today and where nothing is known. `nothing`: what a day without a byte has. */
export function dayBars(
  view: Pick<View, 'books' | 'now' | 'timezone'>,
  { start, end }: Month,
  used: UsedByDay,
  nothing: Used,
  marks: ReadonlyMap<Day, string> = new Map(),
): ChartBar[] {
  const today = dayOf(view.now, view.timezone);
  const since = countedSince(view);
  return Array.from({ length: end - start }, (_, i) => {
    const day = start + i;
    const mark = marks.get(day);
    const bytes = used.get(day);
    const isShown = day <= today && isKnown(since, { end: day + 1 }, bytes);
    return { name: shortDate(day), used: isShown ? (bytes ?? nothing) : null, ...(mark !== undefined && { mark }) };
  });
}

/** A bar for each billing period, by its first day in `used`; without bytes where nothing is known. */
export function periodBars(view: Pick<View, 'books' | 'timezone'>, periods: readonly Month[], used: UsedByDay, nothing: Used): ChartBar[] {
  const since = countedSince(view);
  return periods.map((period) => {
    const bytes = used.get(period.start);
    return { name: periodName(period), used: isKnown(since, period, bytes) ? (bytes ?? nothing) : null };
  });
}
