import type { Traffic } from '../../../domain/traffic.ts';
import { partOf, type Sums } from '../../usage/sums.ts';
import { trafficOf } from '../load.ts';
import type { Row, Store } from '../store.ts';

const whole = (by: 'hour' | 'day') =>
  `SELECT account, sum(download) AS download, sum(upload) AS upload FROM ${by} WHERE ${by} >= ?1 AND ${by} < ?2 GROUP BY account`;
const parts = (by: 'hour' | 'day') =>
  `SELECT account, tariff, sum(download) AS download, sum(upload) AS upload FROM ${by}_tariff WHERE ${by} >= ?1 AND ${by} < ?2 GROUP BY account, tariff`;

/** Reads the sums of a period from the file. Throws a LedgerError. */
export async function readSums(store: Pick<Store, 'all'>, { period: { by, start, end }, bytes, tariffs }: Sums): Promise<void> {
  if (bytes !== null) for (const row of await store.all(whole(by), start, end)) enter(bytes, row);
  for (const row of await store.all(parts(by), start, end)) enter(partOf(tariffs, Number(row.tariff)), row);
}

function enter(sums: Map<number, Traffic>, row: Row): void {
  sums.set(Number(row.account), trafficOf(row));
}
