import { type Billing, type Day, dayOf, dayText, type Month, monthOf } from '../../domain/calendar.ts';
import type { NoticesConfig } from '../settings.ts';

/** 1970-01-05 was a Monday. */
const FIRST_MONDAY = 4;

/** The week from Monday to Sunday that a day lies in. */
function weekOf(day: Day): Month {
  const start = day - ((((day - FIRST_MONDAY) % 7) + 7) % 7);
  return { start, end: start + 7 };
}

/** A period whose summary is due, and the one before it. */
export interface Due {
  key: string;
  period: Month;
  before: Month;
}

/** The latest period that is over, if watching began before its end; null where no summary is wanted. */
export function dueSummary(summary: NoticesConfig['summary'], since: number, now: number, timezone: string, billing: Billing): Due | null {
  if (summary === 'off') return null;
  const periodOf = (day: Day) => (summary === 'weekly' ? weekOf(day) : monthOf(day, billing));
  const period = periodOf(periodOf(dayOf(now, timezone)).start - 1);
  if (dayOf(since, timezone) >= period.end) return null;
  return { key: `summary ${summary} ${dayText(period.start)}`, period, before: periodOf(period.start - 1) };
}
