import type { Account } from '../account.ts';
import { mergeTariffBatches } from './people/tariff-rows.ts';
import { ADD_BYTES, cell } from './sql.ts';
import type { Batch } from './store.ts';

/** Several may be merged into one, and an UPDATE applies only one row to each row that it changes. */
const ADD_TOTAL = `UPDATE total SET download = total.download + s.download, upload = total.upload + s.upload, last_seen = max(last_seen, s.last)
    FROM (SELECT ${cell(0)} AS id, sum(${cell(1)}) AS download, sum(${cell(2)}) AS upload, max(${cell(3)}) AS last
      FROM json_each(?) AS j GROUP BY 1) AS s WHERE total.account = s.id`;
const KEEP_FIRST = `UPDATE account SET first_seen = min(first_seen, s.first)
    FROM (SELECT ${cell(0)} AS id, min(${cell(1)}) AS first FROM json_each(?) AS j GROUP BY 1) AS s WHERE account.id = s.id`;
const DROP = 'DELETE FROM account WHERE id IN (SELECT value ->> 0 FROM json_each(?))';
const moveRows = (table: 'hour' | 'day') =>
  `INSERT INTO ${table}(${table}, account, download, upload)
    SELECT t.${table}, ${cell(1)}, t.download, t.upload FROM json_each(?) AS j JOIN ${table} AS t ON t.account = ${cell(0)} WHERE true
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`;
const MOVE_IMPORTED = `INSERT INTO imported(account, day, program, kind, download, upload)
    SELECT ${cell(1)}, t.day, t.program, t.kind, t.download, t.upload FROM json_each(?) AS j JOIN imported AS t ON t.account = ${cell(0)} WHERE true
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`;
const dropRows = (table: 'hour' | 'day' | 'imported') => `DELETE FROM ${table} WHERE account IN (SELECT value ->> 0 FROM json_each(?))`;

/** Merges accounts into others, with all their hours and days: not a byte more or less. Rule: renamed router. Rule: unknown address. */
export function mergeBatches(merges: readonly { account: Account; into: Account }[]): Batch[] {
  const pairs = merges.map(({ account, into }) => [account.id, into.id]);
  const gone = merges.map(({ account }) => [account.id]);
  return [
    { sql: ADD_TOTAL, rows: merges.map(({ account: a, into }) => [into.id, a.total.download, a.total.upload, a.lastSeen]) },
    { sql: KEEP_FIRST, rows: merges.map(({ account: a, into }) => [into.id, a.firstSeen]) },
    { sql: moveRows('hour'), rows: pairs },
    { sql: moveRows('day'), rows: pairs },
    { sql: MOVE_IMPORTED, rows: pairs },
    ...mergeTariffBatches(merges.map(({ account, into }) => [account.id, into.id])),
    { sql: dropRows('imported'), rows: gone },
    { sql: dropRows('hour'), rows: gone },
    { sql: dropRows('day'), rows: gone },
    { sql: DROP, rows: gone },
  ];
}
