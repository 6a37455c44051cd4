import type { RoundUpdate } from '../posting/round-update.ts';
import { tariffBatches } from './people/tariff-rows.ts';
import { ADD_BYTES, fields, inParts } from './sql.ts';
import type { Batch, Cell } from './store.ts';

/** Increases that SQLite has in memory at once. A usual round has fewer; after a long gap each account has one for every hour. */
const MOST_ROWS = 50_000;

const SQL = {
  // A round that failed may have left some.
  clear: 'DELETE FROM memory.increase',
  fill: `INSERT INTO memory.increase(account, seen, hour, day, tariff, download, upload) SELECT ${fields(7)} FROM json_each(?)`,
  total: `INSERT INTO total(account, last_seen, download, upload) SELECT account, seen, download, upload FROM memory.increase WHERE true
    ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, ${ADD_BYTES}`,
  hour: `INSERT INTO hour(hour, account, download, upload) SELECT hour, account, download, upload FROM memory.increase WHERE hour IS NOT NULL
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`,
  day: `INSERT INTO day(day, account, download, upload) SELECT day, account, download, upload FROM memory.increase WHERE true
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`,
};

/** Adds the increases of a round to totals, hours and days: all three read them from one table, into which they go once. */
export function increaseBatches({ increases, hourless }: RoundUpdate): Batch[] {
  const rows: Cell[][] = [];
  for (const { hour, day, tariff, bytes } of increases)
    bytes.forEach(({ account: { account, seen }, download, upload }) => {
      rows.push([account.id, seen, hourless.has(account) ? null : hour, day, tariff, download, upload]);
    });
  return inParts(rows, MOST_ROWS).flatMap((part) => [
    { sql: SQL.clear, rows: null },
    { sql: SQL.fill, rows: part },
    { sql: SQL.total, rows: null },
    { sql: SQL.hour, rows: null },
    { sql: SQL.day, rows: null },
    ...(increases.some(({ tariff }) => tariff !== null) ? tariffBatches : []),
  ]);
}
