import { dayText, instantText } from '../../domain/calendar.ts';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import type { View } from '../view.ts';
import { bonusJson } from './bonuses.ts';

/** `/api/v1/quotas` */
export const quotasAnswer = ({ quotas, books }: Pick<View, 'quotas' | 'books'>) => ({
  quotas: quotas.map(quotaJson),
  bonuses: books.bonuses.map(bonusJson),
});

/** How one thing stands in its quota. */
export function quotaJson({ quota, of, id, name, period, forecast, ...row }: QuotaRow) {
  return {
    quota: quota.name,
    of,
    id: id === '' ? null : id,
    name: name === '' ? null : name,
    per: quota.per,
    direction: quota.direction,
    tariff: quota.tariff,
    start: period.by === 'day' ? dayText(period.start) : instantText(period.start),
    end: period.endsAt === null ? null : instantText(period.endsAt),
    limit_bytes: row.limit,
    carried_bytes: row.carried,
    bonus_bytes: row.bonus,
    used_bytes: row.used,
    left_bytes: row.left,
    left_bytes_per_day: row.leftPerDay,
    steps: quota.steps.map(({ share, actions }) => ({ share, actions: actions.map(({ kind }) => kind), reached: share <= row.step })),
    forecast:
      forecast === null
        ? null
        : {
            bytes: forecast.bytes,
            low_bytes: forecast.low,
            high_bytes: forecast.high,
            reached_at: forecast.reachedAt === null ? null : instantText(forecast.reachedAt),
          },
  };
}
