import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { type Family, type FamilyMaker, gauge, type Samples, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

const QUOTA = ['quota', 'of', 'name'];

/** How everything stands in its quotas. */
export function quotaFamilies(): FamilyMaker {
  const labelled = lastingTexts();
  return ({ quotas }) => familiesOf(labelled(quotas));
}

function* familiesOf(rows: readonly LabelledRow[]): Generator<Family> {
  const samples = (value: (row: QuotaRow) => number | null): Samples => samplesOf(rows, ({ row }) => value(row));
  yield gauge(
    'quota_limit_bytes',
    'Bytes that may be used in the running period of the quota, with what was carried over and bought',
    QUOTA,
    samples((row) => row.limit),
  );
  yield gauge(
    'quota_used_bytes',
    'Bytes that count towards the quota in its running period',
    QUOTA,
    samples((row) => row.used),
  );
  yield gauge(
    'quota_left_bytes',
    'Bytes that are left in the running period of the quota',
    QUOTA,
    samples((row) => row.left),
  );
  yield gauge(
    'quota_left_bytes_per_day',
    'Bytes that are left for each day to the end of the period, today included; only where the period is a week or a month',
    QUOTA,
    samples((row) => row.leftPerDay),
  );
  yield gauge(
    'quota_forecast_bytes',
    'Bytes that the period will probably have at its end; only for weeks and months, from seven whole days on',
    QUOTA,
    samples((row) => row.forecast?.bytes ?? null),
  );
  yield gauge(
    'quota_forecast_low_bytes',
    'Lower end of the range that eight of ten periods end in',
    QUOTA,
    samples((row) => row.forecast?.low ?? null),
  );
  yield gauge(
    'quota_forecast_high_bytes',
    'Upper end of the range that eight of ten periods end in',
    QUOTA,
    samples((row) => row.forecast?.high ?? null),
  );
  yield gauge(
    'quota_period_end_timestamp_seconds',
    'Unix time at which the running period of the quota ends; not for rolling ones',
    QUOTA,
    samples(({ period }) => (period.endsAt === null ? null : period.endsAt / 1000)),
  );
  yield gauge(
    'quota_step',
    'Highest step that is reached, as a share of the limit; 0 = none',
    QUOTA,
    samples((row) => row.step),
  );
}

interface LabelledRow {
  row: QuotaRow;
  labels: string;
}

/** Label texts are kept where a row is what it was in the last scrape, in the same place: making them is most of the work. */
function lastingTexts(): (rows: readonly QuotaRow[]) => LabelledRow[] {
  let last: LabelledRow[] = [];
  return (rows) => {
    const before = last;
    last = rows.map((row, i) => {
      const known = before[i];
      const isSame = known !== undefined && hasSameLabels(known.row, row);
      return { row, labels: isSame ? known.labels : labelText(QUOTA, [row.quota.name, row.of, row.name]) };
    });
    return last;
  };
}

const hasSameLabels = (a: QuotaRow, b: QuotaRow): boolean => a.name === b.name && a.of === b.of && a.quota.name === b.quota.name;
