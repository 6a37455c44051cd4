import { openStore } from '../../../src/ledger/storage/store.ts';

export interface FilledHome {
  devices: number;
  /** Days before `now`, each with bytes of every device. */
  days: number;
  hours: number;
  /** Unix ms. */
  now: number;
}

/** The MAC of the device with this number, of those that are invented here. */
export const filledMac = (i: number): string =>
  `02:aa:00:${[i >> 16, i >> 8, i].map((byte) => (byte & 255).toString(16).padStart(2, '0')).join(':')}`;

/** Writes a ledger with years of a home: an uplink, and a device and a station account for every device. */
export async function fillLedger(directory: string, { devices, days, hours, now }: FilledHome): Promise<void> {
  const store = await openStore(directory);
  const rows = (count: number) => Array.from({ length: count }, (_, i) => i);
  const account = (id: number, kind: string, router: string, name: string, key: string) => [id, kind, router, name, key, now];
  const accounts = [
    account(1, 'wan', 'gateway', 'wan', ''),
    ...rows(devices).flatMap((i) => [
      account(2 + 2 * i, 'device', '', '', filledMac(i)),
      account(3 + 2 * i, 'station', 'gateway', '', filledMac(i)),
    ]),
  ];
  const today = Math.floor(now / 86_400_000);
  const thisHour = Math.floor(now / 3_600_000) * 3_600_000;
  const bytes = '1000000000 + account.id, 3000000000';
  await store.commit([
    {
      sql: `INSERT INTO account(id, kind, router, interface, key, overlay, first_seen)
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 0, (value ->> 5) - ${days} * 86400000 FROM json_each(?)`,
      rows: accounts,
    },
    {
      sql: `INSERT INTO total(account, last_seen, download, upload)
        SELECT account.id, value ->> 0, ${days} * (1000000000 + account.id), ${days} * 3000000000 FROM json_each(?) CROSS JOIN account`,
      rows: [[now]],
    },
    {
      sql: `INSERT INTO day SELECT value ->> 0, account.id, ${bytes} FROM json_each(?) CROSS JOIN account`,
      rows: rows(days).map((i) => [today - days + 1 + i]),
    },
    {
      sql: `INSERT INTO hour SELECT value ->> 0, account.id, ${bytes} FROM json_each(?) CROSS JOIN account`,
      rows: rows(hours).map((i) => [thisHour - (hours - 1 - i) * 3_600_000]),
    },
    { sql: 'INSERT INTO meta SELECT value ->> 0, value ->> 1 FROM json_each(?)', rows: [['started_at', String(now - days * 86_400_000)]] },
  ]);
  await store.close();
}
