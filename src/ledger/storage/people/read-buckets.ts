import type { Store } from '../store.ts';

/** Accounts whose bytes are added up; of one without directions, the place of the download has what counts. */
export type SummedAccounts = readonly { id: number; isUndirected: boolean }[];

/** Bytes of both directions together: all of them, and what of them is of a tariff. */
export interface BucketSum {
  bytes: number;
  offPeak: number;
}

type BucketTable = 'hour' | 'day';

const WHOSE = 'WITH whose(account, undirected) AS MATERIALIZED (SELECT value ->> 0, value ->> 1 FROM json_each(?1))';
const BYTES = 'CAST(sum(t.download + iif(undirected, 0, t.upload)) AS INTEGER)';
const buckets = (table: BucketTable, from: string) =>
  `${WHOSE} SELECT t.${table} AS time, ${BYTES} AS bytes FROM ${from} AS t JOIN whose USING(account) WHERE t.${table} >= ?2 AND t.${table} < ?3 GROUP BY t.${table}`;
const before = (from: string) => `${WHOSE} SELECT ${BYTES} AS bytes FROM ${from} AS t JOIN whose USING(account) WHERE t.day < ?2`;

/** Adds up accounts in the file, so that only sums are in memory. Both throw a LedgerError. */
export interface BucketReader {
  /** By hour (Unix ms) or day; `from` inclusive, `to` exclusive. */
  sums(table: BucketTable, accounts: SummedAccounts, from: number, to: number): Promise<Map<number, BucketSum>>;
  /** Before a day. */
  before(accounts: SummedAccounts, day: number): Promise<BucketSum>;
}

/** Creates it for a connection that only reads. */
export function bucketReader(store: Pick<Store, 'all'>): BucketReader {
  const whose = (accounts: SummedAccounts) => JSON.stringify(accounts.map(({ id, isUndirected }) => [id, isUndirected ? 1 : 0]));
  return {
    async sums(table, accounts, from, to) {
      const all = await store.all(buckets(table, table), whose(accounts), from, to);
      const parts = await store.all(buckets(table, `${table}_tariff`), whose(accounts), from, to);
      const offPeak = new Map(parts.map((row) => [Number(row.time), Number(row.bytes)]));
      return new Map(all.map((row) => [Number(row.time), bucketSum(Number(row.bytes), offPeak.get(Number(row.time)) ?? 0)]));
    },
    async before(accounts, day) {
      const [all] = await store.all(before('day'), whose(accounts), day);
      const [part] = await store.all(before('day_tariff'), whose(accounts), day);
      return bucketSum(Number(all?.bytes ?? 0), Number(part?.bytes ?? 0));
    },
  };
}

/** A round may be posted between two statements. */
const bucketSum = (bytes: number, offPeak: number): BucketSum => ({ bytes, offPeak: Math.min(offPeak, bytes) });
