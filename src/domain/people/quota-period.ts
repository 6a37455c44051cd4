import { type Billing, type Day, dayOf, endOfHour, HOUR_MS, hourOf, type Month, monthOf, startOfDay } from '../calendar.ts';
import type { QuotaPer } from './quota.ts';
import { weekdayOf } from './tariffs.ts';

/** Hours (Unix ms at which they began) or local days whose bytes are added up; `end` is exclusive. */
export interface SumPeriod {
  by: 'hour' | 'day';
  start: number;
  end: number;
}

/** A quota's period. */
export interface QuotaPeriod extends SumPeriod {
  /** Local days that it begins on and ends before; of an hour, its day. */
  days: Month;
  /** Unix ms. */
  startsAt: number;
  /** Unix ms; null: it is rolling. */
  endsAt: number | null;
  /** The one before; null: it is rolling. */
  before: (SumPeriod & { startsAt: number; endsAt: number }) | null;
}

/** The period of a quota at `now` (Unix ms). Weeks begin on Monday. */
export function quotaPeriod(per: QuotaPer, now: number, timezone: string, billing: Billing): QuotaPeriod {
  const today = dayOf(now, timezone);
  switch (per) {
    case 'hour': {
      const start = hourOf(now, timezone);
      const end = endOfHour(start, timezone);
      const earlier = hourOf(start - 1, timezone);
      const before = { by: 'hour', start: earlier, end: start, startsAt: earlier, endsAt: start } as const;
      return { by: 'hour', start, end, days: { start: today, end: today + 1 }, startsAt: start, endsAt: end, before };
    }
    case 'day':
      return ofDays({ start: today, end: today + 1 }, { start: today - 1, end: today }, timezone);
    case 'week': {
      const start = today - weekdayOf(today);
      return ofDays({ start, end: start + 7 }, { start: start - 7, end: start }, timezone);
    }
    case 'month': {
      const month = monthOf(today, billing);
      return ofDays(month, monthOf(month.start - 1, billing), timezone);
    }
    case '24h': {
      const start = hourOf(now, timezone) - 23 * HOUR_MS;
      const end = endOfHour(now, timezone);
      return { by: 'hour', start, end, days: rollingDays(today - 1, today), startsAt: start, endsAt: null, before: null };
    }
    case '30d': {
      const days = rollingDays(today - 29, today);
      return { by: 'day', ...days, days, startsAt: startOfDay(days.start, timezone), endsAt: null, before: null };
    }
    default:
      return per satisfies never;
  }
}

const rollingDays = (start: Day, today: Day): Month => ({ start, end: today + 1 });

const ofDays = (days: Month, before: Month, timezone: string): QuotaPeriod => ({
  by: 'day',
  ...days,
  days,
  startsAt: startOfDay(days.start, timezone),
  endsAt: startOfDay(days.end, timezone),
  before: { by: 'day', ...before, startsAt: startOfDay(before.start, timezone), endsAt: startOfDay(before.end, timezone) },
});

export const sumKey = ({ by, start, end }: SumPeriod): string => `${by} ${start} ${end}`;
