import type { Day, Month } from '../domain/calendar.ts';
import type { Traffic } from '../domain/traffic.ts';
import { trafficOf } from './load.ts';
import type { Row, Store } from './store.ts';

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
  // A statement a period: sorting all of them at once costs twice the time.
  period: `SELECT account, sum(download) AS download, sum(upload) AS upload FROM day WHERE day >= ? AND day < ?
    AND account IN (SELECT value FROM json_each(?)) GROUP BY account LIMIT ?`,
};

/** Reads the hours, days or periods of accounts, oldest first; stretches without a byte have no row. Null where there are more than `most` rows. */
export async function readUsage(store: Pick<Store, 'all'>, query: UsageQuery, most: number): Promise<UsageRow[] | null> {
  const accounts = JSON.stringify(query.accounts);
  if (query.by !== 'period') {
    const found = await store.all(SQL[query.by], query.from, query.to, accounts, most + 1);
    return found.length > most ? null : found.map((row) => usageRow(row, Number(row.time)));
  }
  const rows: UsageRow[] = [];
  for (const { start, end } of query.periods) {
    const found = await store.all(SQL.period, start, end, accounts, most - rows.length + 1);
    rows.push(...found.map((row) => usageRow(row, start)));
    if (rows.length > most) return null;
  }
  return rows;
}

const usageRow = (row: Row, time: number): UsageRow => ({ account: Number(row.account), time, bytes: trafficOf(row) });
