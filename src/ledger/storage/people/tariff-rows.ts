import type { Tariff } from '../../../domain/people/tariffs.ts';
import type { KnownTariff } from '../../books.ts';
import { ADD_BYTES, cell, fields, INCREASES } from '../sql.ts';
import type { Batch, Store } from '../store.ts';

type TimeTable = 'hour' | 'day';

const add = (table: TimeTable) =>
  `INSERT INTO ${table}_tariff(${table}, account, tariff, download, upload) SELECT ${table}, account, tariff, download, upload FROM ${INCREASES}
    WHERE tariff IS NOT NULL AND ${table} IS NOT NULL ON CONFLICT DO UPDATE SET ${ADD_BYTES}`;
const move = (table: TimeTable) =>
  `INSERT INTO ${table}_tariff(${table}, account, tariff, download, upload)
    SELECT t.${table}, ${cell(1)}, t.tariff, t.download, t.upload FROM json_each(?) AS j JOIN ${table}_tariff AS t ON t.account = ${cell(0)} WHERE true
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`;
const drop = (table: TimeTable) => `DELETE FROM ${table}_tariff WHERE account IN (SELECT value ->> 0 FROM json_each(?))`;
const PRUNE = 'DELETE FROM hour_tariff WHERE hour < (SELECT value ->> 0 FROM json_each(?))';
const PRUNE_OF = `DELETE FROM hour_tariff WHERE hour >= (SELECT min(value ->> 1) FROM json_each(?1)) AND hour < (SELECT max(value ->> 2) FROM json_each(?1))
    AND account IN (SELECT value ->> 0 FROM json_each(?1))`;
const NEW = `INSERT INTO tariff(id, name, counts) SELECT ${fields(3)} FROM json_each(?)`;

/** Adds the increases of a round that are of tariffs. Rule: tariffs. */
export const tariffBatches: readonly Batch[] = [
  { sql: add('hour'), rows: null },
  { sql: add('day'), rows: null },
];

/** Gives the tariffs of accounts (first of each pair) to others (second). */
export const mergeTariffBatches = (pairs: readonly (readonly [from: number, into: number])[]): Batch[] => [
  { sql: move('hour'), rows: pairs },
  { sql: move('day'), rows: pairs },
  ...dropTariffBatches(pairs.map(([from]) => from)),
];

/** Deletes the tariffs of accounts. */
export const dropTariffBatches = (accounts: readonly number[]): Batch[] => [
  { sql: drop('hour'), rows: accounts.map((id) => [id]) },
  { sql: drop('day'), rows: accounts.map((id) => [id]) },
];

/** Deletes the hours of accounts, and keeps their days. */
export const dropTariffHours = (accounts: readonly number[]): Batch => ({ sql: drop('hour'), rows: accounts.map((id) => [id]) });

/** Deletes the hours of accounts between two instants (Unix ms): rows of `[account, from, to]`, which are all of the same time. */
export const pruneTariffHoursOf = (rows: readonly (readonly number[])[]): Batch => ({ sql: PRUNE_OF, rows });

/** Deletes the hours before `oldest` (Unix ms). */
export const pruneTariffHours = (oldest: number): Batch => ({ sql: PRUNE, rows: [[oldest]] });

/** The tariffs that the ledger has bytes of, or had in its configuration, by id. */
export async function loadTariffs(store: Pick<Store, 'all'>): Promise<Map<number, KnownTariff>> {
  const rows = await store.all('SELECT id, name, counts FROM tariff ORDER BY id');
  return new Map(rows.map((row) => [Number(row.id), { id: Number(row.id), name: String(row.name), counts: Number(row.counts) }]));
}

/** The ids of the configured tariffs, in their order; one with a new share gets a new id. Throws a LedgerError. Rule: tariffs. */
export async function registerTariffs(
  store: Store,
  known: ReadonlyMap<number, KnownTariff>,
  tariffs: readonly Tariff[],
): Promise<KnownTariff[]> {
  let next = Math.max(0, ...known.keys()) + 1;
  const found = tariffs.map(({ name, counts }) => {
    const same = [...known.values()].find((each) => each.name === name && each.counts === counts);
    return same ?? { id: next++, name, counts };
  });
  const fresh = found.filter(({ id }) => !known.has(id));
  if (fresh.length > 0) await store.commit([{ sql: NEW, rows: fresh.map(({ id, name, counts }) => [id, name, counts]) }]);
  return found;
}
