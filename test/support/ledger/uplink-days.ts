import type { Day } from '../../../src/domain/calendar.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';

/** Writes days of the uplink `wan` at `gateway` into a new ledger, as vnStat had them: with these bytes of download each. */
export async function fillUplinkDays(store: Store, days: readonly Day[], bytes: number): Promise<void> {
  await store.commit([
    {
      sql: `INSERT INTO account(id, kind, router, interface, key, overlay, first_seen)
        SELECT 1, 'wan', 'gateway', 'wan', '', 0, value ->> 0 FROM json_each(?)`,
      rows: [[Math.min(...days) * 86_400_000]],
    },
    {
      sql: 'INSERT INTO total(account, last_seen, download, upload) SELECT 1, value ->> 0, value ->> 1, 0 FROM json_each(?)',
      rows: [[Math.max(...days) * 86_400_000, days.length * bytes]],
    },
    {
      sql: 'INSERT INTO day(day, account, download, upload) SELECT value ->> 0, 1, value ->> 1, 0 FROM json_each(?)',
      rows: days.map((day) => [day, bytes]),
    },
    {
      sql: `INSERT INTO imported(account, day, program, kind, download, upload)
        SELECT 1, value ->> 0, 'vnstat', 'day', value ->> 1, 0 FROM json_each(?)`,
      rows: days.map((day) => [day, bytes]),
    },
  ]);
}
