import type { Day, Month } from '../domain/calendar.ts';
import type { Traffic } from '../domain/traffic.ts';
import { trafficOf } from './load.ts';
import type { Store } from './store.ts';

/** Whose bytes are asked for, in which stretches of time. `from` is inclusive, `to` exclusive. */
export type UsageQuery = { accounts: readonly number[] } & (
  | {
      by: 'hour';
      /** Unix ms. */
      from: number;
      to: number;
    }
  | { by: 'day'; from: Day; to: Day }
  | { by: 'period'; periods: readonly Month[] }
);

/** The bytes of an account in a stretch of time. */
export interface UsageRow {
  account: number;
  /** Unix ms at which the hour began, the day, or the first day of the period. */
  time: number;
  bytes: Traffic;
}

const SQL = {
  hour: `SELECT hour AS time, account, download, upload FROM hour WHERE hour >= ? AND hour < ?
    AND account IN (SELECT value FROM json_each(?)) ORDER BY hour LIMIT ?`,
  day: `SELECT day AS time, account, download, upload FROM day WHERE day >= ? AND day < ?
    AND account IN (SELECT value FROM json_each(?)) ORDER BY day LIMIT ?`,
  period: `SELECT period.value ->> 0 AS time, account, sum(download) AS download, sum(upload) AS upload
    FROM json_each(?) AS period CROSS JOIN day ON day.day >= period.value ->> 0 AND day.day < period.value ->> 1
    WHERE account IN (SELECT value FROM json_each(?)) GROUP BY time, account ORDER BY time LIMIT ?`,
};

/** Reads the hours or days of accounts, oldest first; stretches without a byte have no row. Null where there are more than `most` rows. */
export async function readUsage(store: Pick<Store, 'all'>, query: UsageQuery, most: number): Promise<UsageRow[] | null> {
  const accounts = JSON.stringify(query.accounts);
  const found =
    query.by === 'period'
      ? await store.all(SQL.period, JSON.stringify(query.periods.map(({ start, end }) => [start, end])), accounts, most + 1)
      : await store.all(SQL[query.by], query.from, query.to, accounts, most + 1);
  if (found.length > most) return null;
  return found.map((row) => ({ account: Number(row.account), time: Number(row.time), bytes: trafficOf(row) }));
}
