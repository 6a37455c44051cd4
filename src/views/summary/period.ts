import { type Billing, type Day, dayNumber, type Month, monthOf } from '../../domain/calendar.ts';

/** The time that a summary is of, and the one before it. */
export interface SummaryPeriod {
  by: 'month' | 'week';
  days: Month;
  before: Month;
}

/** The billing month that a day lies in. */
export const summaryMonth = (day: Day, billing: Billing): SummaryPeriod => {
  const days = monthOf(day, billing);
  return { by: 'month', days, before: monthOf(days.start - 1, billing) };
};

/** The billing month that starts in a calendar month, written as `YYYY-MM`; null for any other text. */
export function monthNamed(text: string, billing: Billing): SummaryPeriod | null {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || Number(year) < 1970) return null;
  return summaryMonth(dayNumber(Number(year), Number(month) + 1, 1) - 1, billing);
}

/** Days that are compared with as many days before. */
export interface ComparedDays {
  days: Month;
  before: Month;
}

/**
 * All days of a time that is over, with all of the time before. Of one that runs, its whole days until yesterday, with as many from the
 * start of the time before; null on its first day.
 */
export function comparedDays({ days, before }: SummaryPeriod, today: Day): ComparedDays | null {
  if (today >= days.end) return { days, before };
  const length = Math.min(today - days.start, before.end - before.start);
  if (length <= 0) return null;
  return { days: { start: days.start, end: days.start + length }, before: { start: before.start, end: before.start + length } };
}
