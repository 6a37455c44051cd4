import type { RoundUpdate } from '../posting/round-update.ts';
import { tariffBatches } from './people/tariff-rows.ts';
import { ADD_BYTES, INCREASES, inParts } from './sql.ts';
import type { Batch } from './store.ts';

/** Increases that SQLite has in memory at once. A usual round has fewer; after a long gap each account has one for every hour. */
const MOST_ROWS = 50_000;

const SQL = {
  part: 'INSERT INTO memory.part(id, hour, day, tariff) VALUES ?',
  fill: 'INSERT INTO memory.increase(account, seen, part, download, upload) VALUES ?',
  total: `INSERT INTO total(account, last_seen, download, upload) SELECT account, seen, download, upload FROM memory.increase WHERE true
    ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, ${ADD_BYTES}`,
  hour: `INSERT INTO hour(hour, account, download, upload) SELECT hour, account, download, upload FROM ${INCREASES} WHERE hour IS NOT NULL
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`,
  day: `INSERT INTO day(day, account, download, upload) SELECT day, account, download, upload FROM ${INCREASES} WHERE true
    ON CONFLICT DO UPDATE SET ${ADD_BYTES}`,
  clearIncreases: 'DELETE FROM memory.increase',
  clearParts: 'DELETE FROM memory.part',
};

/** A part of the time that bytes were counted in: its numbers go once, not with each account. */
type TimePart = [id: number, hour: number | null, day: number, tariff: number | null];

/** Adds the increases of a round to totals, hours and days: all three read them from one table, into which they go once. */
export function increaseBatches({ increases, hourless }: RoundUpdate): Batch[] {
  const rows: number[][] = [];
  const parts: TimePart[] = [];
  for (const { hour, day, tariff, bytes } of increases) {
    const part = parts.push([parts.length, hour, day, tariff]) - 1;
    const withoutHour = hourless.size > 0 ? parts.push([parts.length, null, day, tariff]) - 1 : part;
    bytes.forEach(({ account: { account, seen }, download, upload }) => {
      rows.push([account.id, seen, hourless.has(account) ? withoutHour : part, download, upload]);
    });
  }
  return inParts(rows, MOST_ROWS).flatMap((some) => [
    { sql: SQL.fill, as: 'values', rows: some },
    { sql: SQL.part, as: 'values', rows: parts },
    { sql: SQL.total, rows: null },
    { sql: SQL.hour, rows: null },
    { sql: SQL.day, rows: null },
    ...(increases.some(({ tariff }) => tariff !== null) ? tariffBatches : []),
    { sql: SQL.clearIncreases, rows: null },
    { sql: SQL.clearParts, rows: null },
  ]);
}
