import { QUOTA_PERS } from '../../domain/people/quota.ts';
import { bytes, date, flag, list, number, oneOf, orNull, record, ref, type Schema, text, time } from './schema.ts';

/** Schemas of quotas. */
export const quotaSchemas = {
  Tariffs: record({ month: ref('Month'), tariffs: list(ref('TariffMonth')) }, 'Empty where no tariffs are configured'),
  TariffMonth: record({
    of: oneOf(['home', 'uplink', 'user', 'device', 'peer'], 'What it is of'),
    id: orNull(text('MAC, public key or name of the configuration; null for the home')),
    name: orNull(text('For people; null for the home')),
    tariff: text('on_peak is what no other has; the tariffs of one thing add up to its month'),
    month_download_bytes: bytes('Uplinks and peers of a router with its own billing day have its month'),
    month_upload_bytes: bytes('In the same time'),
  }),
  Quotas: record({ quotas: list(ref('Quota')), bonuses: list(ref('Bonus')) }),
  Bonus: record(
    {
      id: number('Its number; never given to another one'),
      quota: text('The name of its quota, which may no longer be configured'),
      day: date('A day of the period that it is for'),
      bytes: bytes('Added to the limit of that period'),
      added_at: time('When it was added'),
      added_by: text('Who added it and how'),
    },
    'Bought volume that was added over HTTP or by a command, not that of the configuration',
  ),
  BonusAnswer: record({ bonus: ref('Bonus') }),
  Quota: record({
    quota: text('Its name in the configuration'),
    of: oneOf(['home', 'uplink', 'user', 'device', 'peer', 'others'], 'What it is of'),
    id: orNull(text('MAC, public key or name of the configuration; null where there is only one')),
    name: orNull(text('For people; null where there is only one')),
    per: oneOf(QUOTA_PERS, 'Length of a period; 24h and 30d are rolling'),
    direction: oneOf(['both', 'download', 'upload'], 'Which bytes count'),
    tariff: orNull(text('The only tariff that counts; null: all, each by its share')),
    start: text('First day of the running period; a time where it is in hours'),
    end: orNull(time('End of the running period; null where it is rolling')),
    limit_bytes: bytes('With what was carried over and bought'),
    carried_bytes: bytes('Left over from the period before'),
    bonus_bytes: bytes('Bought for this period'),
    used_bytes: bytes('In the running period'),
    left_bytes: bytes('0 where the limit is reached'),
    left_bytes_per_day: orNull(bytes('For each day to the end, today included; null unless the period is a week or a month')),
    steps: list(ref('QuotaStep')),
    forecast: orNull(ref('QuotaForecast')),
  }),
  QuotaStep: record({
    share: number('Of the limit: 0.75 is 75 %'),
    actions: list(oneOf(['notify', 'slow', 'block'], 'What is to happen')),
    reached: flag('Whether it is reached'),
  }),
  QuotaForecast: record(
    {
      bytes: bytes('What the period will probably have at its end'),
      low_bytes: bytes('Eight of ten periods end between this'),
      high_bytes: bytes('and this'),
      reached_at: orNull(time('When the limit will be reached; null: not in this period, or it is reached already')),
    },
    'Null unless the period is a week or a month, and before there are seven whole days to make it from',
  ),
} as const satisfies Record<string, Schema>;
