import type { Day, Month } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { trafficOf } from './load.ts';
import type { Row, Store } from './store.ts';

/** Whose bytes are asked for (null: everyone's), in which stretches of time. `from` is inclusive, `to` exclusive. */
export type UsageQuery = { accounts: readonly number[] | null } & (
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

/** Looking up each row in the list of accounts takes half as much time again, so there is no list where all are asked for. */
const SQL = {
  hour: (whose: string) =>
    `SELECT hour AS time, account, download, upload FROM hour WHERE hour >= ? AND hour < ? ${whose} ORDER BY hour LIMIT ?`,
  day: (whose: string) => `SELECT day AS time, account, download, upload FROM day WHERE day >= ? AND day < ? ${whose} ORDER BY day LIMIT ?`,
  // One statement per period: sorting all periods at once takes twice the time.
  period: (whose: string) => `SELECT account, sum(download) AS download, sum(upload) AS upload FROM day WHERE day >= ? AND day < ? ${whose}
    GROUP BY account LIMIT ?`,
};

/** Reads the hours, days or periods of accounts, oldest first; stretches without a byte have no row. Null where there are more than `most` rows. */
export async function readUsage(store: Pick<Store, 'all'>, query: UsageQuery, most: number): Promise<UsageRow[] | null> {
  const sql = SQL[query.by](query.accounts === null ? '' : 'AND account IN (SELECT value FROM json_each(?))');
  const whose = query.accounts === null ? [] : [JSON.stringify(query.accounts)];
  if (query.by !== 'period') {
    const found = await store.all(sql, query.from, query.to, ...whose, most + 1);
    return found.length > most ? null : found.map((row) => usageRow(row, Number(row.time)));
  }
  const rows: UsageRow[] = [];
  for (const { start, end } of query.periods) {
    const found = await store.all(sql, start, end, ...whose, most - rows.length + 1);
    rows.push(...found.map((row) => usageRow(row, start)));
    if (rows.length > most) return null;
  }
  return rows;
}

/** The first day of which there are bytes; null where there is none. */
export async function readFirstDay(store: Pick<Store, 'all'>): Promise<Day | null> {
  const day = (await store.all('SELECT min(day) AS day FROM day'))[0]?.day;
  return day === null || day === undefined ? null : Number(day);
}

const usageRow = (row: Row, time: number): UsageRow => ({ account: Number(row.account), time, bytes: trafficOf(row) });
