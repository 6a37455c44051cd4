import type { QuotaRow } from '../rows/quotas.ts';
import type { View } from '../view.ts';
import { type Family, type FamilyMaker, gauge, type Sample, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

const QUOTA = ['quota', 'of', 'name'];
const MOST_TEXTS = 50_000;

/** How everything stands in its quotas. */
export function quotaFamilies(): FamilyMaker {
  const texts = createTexts();
  return (view) => familiesOf(view, texts);
}

function familiesOf(view: View, textOf: (row: QuotaRow) => string): Family[] {
  const rows = view.quotas.map((row) => ({ row, labels: textOf(row) }));
  const samples = (value: (row: QuotaRow) => number | null): Sample[] => samplesOf(rows, ({ row }) => value(row));
  return [
    gauge(
      'quota_limit_bytes',
      'Bytes that may be used in the running period of the quota, with what was carried over and bought',
      QUOTA,
      samples((row) => row.limit),
    ),
    gauge(
      'quota_used_bytes',
      'Bytes that count towards the quota in its running period',
      QUOTA,
      samples((row) => row.used),
    ),
    gauge(
      'quota_left_bytes',
      'Bytes that are left in the running period of the quota',
      QUOTA,
      samples((row) => row.left),
    ),
    gauge(
      'quota_left_bytes_per_day',
      'Bytes that are left for each day to the end of the period, today included; only where the period is a week or a month',
      QUOTA,
      samples((row) => row.leftPerDay),
    ),
    gauge(
      'quota_forecast_bytes',
      'Bytes that the period will probably have at its end; only for weeks and months, from seven whole days on',
      QUOTA,
      samples((row) => row.forecast?.bytes ?? null),
    ),
    gauge(
      'quota_forecast_low_bytes',
      'Lower end of the range that eight of ten periods end in',
      QUOTA,
      samples((row) => row.forecast?.low ?? null),
    ),
    gauge(
      'quota_forecast_high_bytes',
      'Upper end of the range that eight of ten periods end in',
      QUOTA,
      samples((row) => row.forecast?.high ?? null),
    ),
    gauge(
      'quota_period_end_timestamp_seconds',
      'Unix time at which the running period of the quota ends; not for rolling ones',
      QUOTA,
      samples(({ period }) => (period.endsAt === null ? null : period.endsAt / 1000)),
    ),
    gauge(
      'quota_step',
      'Highest step that is reached, as a share of the limit; 0 = none',
      QUOTA,
      samples((row) => row.step),
    ),
  ];
}

/** Label texts are kept while their row is there: making them is most of the work. */
function createTexts(): (row: QuotaRow) => string {
  let known = new Map<string, { name: string; text: string }>();
  return ({ quota, of, id, name }) => {
    const key = `${quota.name}\n${of}\n${id}`;
    const before = known.get(key);
    if (before?.name === name) return before.text;
    if (known.size > MOST_TEXTS) known = new Map();
    const text = labelText(QUOTA, [quota.name, of, name]);
    known.set(key, { name, text });
    return text;
  };
}
