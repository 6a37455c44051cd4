import type { Day } from '../../../domain/calendar.ts';
import { type DaySums, HISTORY_DAYS, weightOf } from '../../../domain/people/forecast.ts';
import type { Quota } from '../../../domain/people/quota.ts';
import { ON_PEAK } from '../../../domain/people/tariffs.ts';
import type { KnownTariff } from '../../books.ts';
import type { Store } from '../store.ts';

/** The whole days of something: weighted sums by weekday, and the first day with bytes. */
export interface DayHistory {
  sums: DaySums;
  first: Day;
}

/**
 * 1970-01-01 was a Thursday. Grouped in the file: thousands of devices have hundreds of thousands of days. Without the cast, SQLite makes no
 * index of the subjects, and compares each day with each of them.
 */
const SQL = (bytes: string) => `
  WITH subject(subject, account, undirected) AS MATERIALIZED (SELECT value ->> 0, CAST(value ->> 1 AS INTEGER), value ->> 2 FROM json_each(?1)),
    weight(day, weight) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?2)),
    factor(tariff, factor) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?3)),
    part AS (
      SELECT subject, day, ${bytes} * ?4 AS bytes FROM day AS d JOIN subject USING(account) WHERE day >= ?5 AND day < ?6
      UNION ALL
      SELECT subject, day, ${bytes} * factor FROM day_tariff AS d JOIN factor USING(tariff) JOIN subject USING(account) WHERE day >= ?5 AND day < ?6),
    used AS (SELECT subject, day, CAST(sum(bytes) AS REAL) AS bytes FROM part GROUP BY subject, day)
  SELECT subject, (day + 3) % 7 AS weekday, sum(weight * bytes) AS bytes, sum(weight * bytes * bytes) AS squares, min(day) AS first
    FROM used JOIN weight USING(day) GROUP BY subject, weekday`;

/** Of an account without directions, the place of the download has what counts, in quotas of both directions. */
const BYTES = {
  both: '(d.download + iif(undirected, 0, d.upload))',
  download: 'iif(undirected, 0, d.download)',
  upload: 'iif(undirected, 0, d.upload)',
} as const;

/** Reads what subjects used on the days before `today`, as the quota counts it; a subject without a byte has none. Throws a LedgerError. */
export async function readHistory(
  store: Pick<Store, 'all'>,
  { direction, tariff }: Pick<Quota, 'direction' | 'tariff'>,
  subjects: readonly (readonly [subject: number, account: number, undirected: 0 | 1])[],
  tariffs: ReadonlyMap<number, KnownTariff>,
  today: Day,
): Promise<Map<number, DayHistory>> {
  const weights = Array.from({ length: HISTORY_DAYS }, (_, i) => [today - i - 1, weightOf(i + 1)]);
  const isNamed = tariff !== null && tariff !== ON_PEAK;
  const factors = [...tariffs.values()].map(({ id, name, counts }) => {
    if (isNamed) return [id, name === tariff ? 1 : 0];
    return [id, tariff === ON_PEAK ? -1 : counts - 1];
  });
  const args = [JSON.stringify(subjects), JSON.stringify(weights), JSON.stringify(factors), isNamed ? 0 : 1, today - HISTORY_DAYS, today];
  const found = new Map<number, DayHistory>();
  for (const row of await store.all(SQL(BYTES[direction]), ...args)) {
    const { bytes, squares, first } = historyOf(found.get(Number(row.subject)));
    bytes[Number(row.weekday)] = Number(row.bytes);
    squares[Number(row.weekday)] = Number(row.squares);
    found.set(Number(row.subject), { sums: { bytes, squares }, first: Math.min(first, Number(row.first)) });
  }
  return found;
}

const historyOf = (known: DayHistory | undefined): { bytes: number[]; squares: number[]; first: Day } => ({
  bytes: [...(known?.sums.bytes ?? [0, 0, 0, 0, 0, 0, 0])],
  squares: [...(known?.sums.squares ?? [0, 0, 0, 0, 0, 0, 0])],
  first: known?.first ?? Number.POSITIVE_INFINITY,
});
