import { dayOf, dayText, type Month } from '../../domain/calendar.ts';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { formatShare } from '../format.ts';
import { daysText, type SizeText } from './words.ts';

/** What the quota is of, with its own name where that is needed to tell it from others. */
export const nameOfQuota = ({ quota, title }: QuotaRow): string =>
  title === '' || title.toLowerCase() === quota.name.toLowerCase() ? quota.name : `${title} (${quota.name})`;

export const isReached = ({ used, limit }: QuotaRow): boolean => used >= limit;

interface QuotaWords {
  size: SizeText;
  timezone: string;
  running: boolean;
  /** Of the summary. */
  days: Month;
}

/** How it stands: used, what of it counts, left, left for each day, and the forecast while the period runs. */
export function quotaText(row: QuotaRow, { size, timezone, running, days }: QuotaWords): string {
  const { used, limit, counted, left, leftPerDay, forecast, carried, bonus, period } = row;
  const parts = [
    `${size(used)} of ${size(limit)} used (${formatShare(used / limit)})`,
    ...counted,
    used > limit ? `${size(used - limit)} over` : used === limit ? 'limit reached' : `${size(left)} left`,
    running && leftPerDay !== null && left > 0 ? `${size(leftPerDay)} for each day until ${dayText(period.days.end - 1)}` : null,
    carried > 0 ? `${size(carried)} carried over` : null,
    bonus > 0 ? `${size(bonus)} bought` : null,
  ];
  const standing = `${parts.filter((part) => part !== null).join(', ')}${ownDays(row, days)}`;
  if (!running || forecast === null) return standing;
  const when =
    forecast.reachedAt === null || left === 0
      ? ''
      : `; the limit will probably be reached on ${dayText(dayOf(forecast.reachedAt, timezone))}`;
  return `${standing}. Forecast: ${size(forecast.bytes)} at the end, between ${size(forecast.low)} and ${size(forecast.high)}${when}`;
}

/** The days of its period, where they are others than those of the summary. */
const ownDays = ({ period }: QuotaRow, days: Month): string =>
  period.days.start === days.start && period.days.end === days.end ? '' : `, ${daysText(period.days)}`;
