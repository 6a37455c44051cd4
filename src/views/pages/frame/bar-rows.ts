import type { Day, Month } from '../../../domain/calendar.ts';
import type { Used } from '../../../domain/traffic.ts';
import type { ChartBar } from './bars.ts';
import { periodName, shortDate } from './short-date.ts';

/** What was used, by the (first) day. */
export type UsedByDay = ReadonlyMap<Day, Used>;

/** A bar for each day of a month; those after today are still to come. `nothing`: what a day without a byte has. */
export function dayBars(
  { start, end }: Month,
  today: Day,
  used: UsedByDay,
  nothing: Used,
  marks: ReadonlyMap<Day, string> = new Map(),
): ChartBar[] {
  return Array.from({ length: end - start }, (_, i) => {
    const day = start + i;
    const mark = marks.get(day);
    const bytes = day > today ? null : (used.get(day) ?? nothing);
    return { name: shortDate(day), used: bytes, ...(mark !== undefined && { mark }) };
  });
}

/** A bar for each billing period, by its first day in `used`. */
export const periodBars = (periods: readonly Month[], used: UsedByDay, nothing: Used): ChartBar[] =>
  periods.map((period) => ({ name: periodName(period), used: used.get(period.start) ?? nothing }));
