import type { Day, Month } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { trafficOf } from './load.ts';
import { bucketReader } from './people/read-buckets.ts';
import type { Row, Store } from './store.ts';

/** Whose bytes are asked for (null: everyone's), in which stretches of time. `from` is inclusive, `to` exclusive. */
export type UsageQuery = {
  accounts: readonly number[] | null;
  /** Only the parts of these tariffs, by id; left out: all bytes. */
  tariffs?: readonly number[];
} & (
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

/** Where all accounts are asked for, a scan; else a lookup for each stretch that has rows and each account, so that a few never cost what all do. */
const SQL = {
  hour: (all: boolean, of: string) => `${all ? scan('hour', of) : lookup('hour', of)} LIMIT ?3`,
  day: (all: boolean, of: string) => `${all ? scan('day', of) : lookup('day', of)} LIMIT ?3`,
  // One statement per period: sorting all periods at once takes twice the time.
  period: (all: boolean, of: string) =>
    `SELECT account, sum(download) AS download, sum(upload) AS upload FROM (${all ? scan('day', of) : lookup('day', of)}) GROUP BY account LIMIT ?3`,
};

const scan = (table: 'hour' | 'day', of: string) =>
  `SELECT ${table} AS time, account, download, upload FROM ${table}${of === '' ? '' : '_tariff'} AS t WHERE ${table} >= ?1 AND ${table} < ?2 ${of}`;

const lookup = (table: 'hour' | 'day', of: string) => `${stretches(table)}
  SELECT t.${table} AS time, t.account AS account, t.download AS download, t.upload AS upload FROM stretch CROSS JOIN json_each(?4) AS whose
    CROSS JOIN ${table}${of === '' ? '' : '_tariff'} AS t ON t.${table} = stretch.time AND t.account = whose.value ${of}`;

/** Ids are whole numbers. */
const ofTariffs = (tariffs: UsageQuery['tariffs']): string => (tariffs === undefined ? '' : `AND t.tariff IN (${tariffs.join()})`);

/** The hours or days that have rows, each found by one step through the primary key. */
const stretches = (table: 'hour' | 'day') => `WITH RECURSIVE stretch(time) AS (
    SELECT min(${table}) FROM ${table} WHERE ${table} >= ?1 AND ${table} < ?2
    UNION ALL SELECT (SELECT min(${table}) FROM ${table} WHERE ${table} > stretch.time AND ${table} < ?2) FROM stretch WHERE stretch.time IS NOT NULL)`;

/** Reads the hours, days or periods of accounts, oldest first; stretches without a byte have no row. Null where there are more than `most` rows. */
export async function readUsage(store: Pick<Store, 'all'>, query: UsageQuery, most: number): Promise<UsageRow[] | null> {
  const sql = SQL[query.by](query.accounts === null, ofTariffs(query.tariffs));
  const whose = query.accounts === null ? [] : [JSON.stringify(query.accounts)];
  if (query.by !== 'period') {
    const found = await store.all(sql, query.from, query.to, most + 1, ...whose);
    return found.length > most ? null : found.map((row) => usageRow(row, Number(row.time)));
  }
  const rows: UsageRow[] = [];
  for (const { start, end } of query.periods) {
    const found = await store.all(sql, start, end, most - rows.length + 1, ...whose);
    for (const row of found) rows.push(usageRow(row, start));
    if (rows.length > most) return null;
  }
  return rows;
}

/**
 * All hours and days of an account, oldest first, as the file has them at one moment, although rounds are written meanwhile. Only for a
 * connection that nothing else uses.
 */
export async function readAccountUsage(store: Pick<Store, 'all'>, account: number): Promise<Record<'hours' | 'days', UsageRow[]>> {
  const all = { accounts: [account], from: 0, to: Number.MAX_SAFE_INTEGER };
  const read = async (by: 'hour' | 'day') => (await readUsage(store, { ...all, by }, Number.MAX_SAFE_INTEGER - 1)) ?? [];
  await store.all('BEGIN');
  try {
    return { hours: await read('hour'), days: await read('day') };
  } finally {
    await store.all('COMMIT');
  }
}

/** How many hours or days of a stretch of time have rows of anyone. */
async function countStretches(store: Pick<Store, 'all'>, table: 'hour' | 'day', from: number, to: number): Promise<number> {
  const [row] = await store.all(`${stretches(table)} SELECT count(time) AS n FROM stretch`, from, to);
  return Number(row?.n);
}

/** What pages of usage are read with. */
export const usageReader = (store: Pick<Store, 'all'>) => ({
  rows: (query: UsageQuery, most: number) => readUsage(store, query, most),
  stretches: (table: 'hour' | 'day', from: number, to: number) => countStretches(store, table, from, to),
});

/** What files of the older logger are read with. */
export const loggerReader = (store: Pick<Store, 'all'>) => ({ ...bucketReader(store), stretches: usageReader(store).stretches });

/** The first day of which there are bytes; null where there is none. */
export async function readFirstDay(store: Pick<Store, 'all'>): Promise<Day | null> {
  const day = (await store.all('SELECT min(day) AS day FROM day'))[0]?.day;
  return day === null || day === undefined ? null : Number(day);
}

const usageRow = (row: Row, time: number): UsageRow => ({ account: Number(row.account), time, bytes: trafficOf(row) });
