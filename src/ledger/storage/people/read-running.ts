import type { Day } from '../../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../../domain/traffic.ts';
import { type AccountKind, isAccountKind, usageOf } from '../../account.ts';
import { trafficOf } from '../load.ts';
import type { Row, Store } from '../store.ts';

/** What a MAC used since counting began, in both directions, and since when it is known. `offPeak`: what of it is of a tariff. */
interface RunningSum {
  onPeak: number;
  offPeak: number;
  /** Unix ms. */
  firstSeen: number;
}

/** Days whose tariffs are read each time, because bytes may still be posted to them; those of earlier days are read once a day. */
const RECENT_DAYS = 7;

const OLD = 'SELECT account, sum(download) AS download, sum(upload) AS upload FROM day_tariff WHERE day < ? GROUP BY account';
/** One statement, so that the tariffs of recent days and the totals are of the same commit. */
const ALL = `
  WITH recent AS MATERIALIZED (
    SELECT account, sum(download) AS down, sum(upload) AS up FROM day_tariff WHERE day >= ? GROUP BY account)
  SELECT a.id AS account, a.kind, a.key, a.first_seen AS firstSeen, t.download, t.upload, r.down, r.up
    FROM account AS a JOIN total AS t ON t.account = a.id LEFT JOIN recent AS r ON r.account = a.id
    WHERE a.kind IN ('device', 'undirected')`;

/** Reads the running sums of all devices in one pass, by MAC. Throws a LedgerError. */
export interface RunningReader {
  read(today: Day): Promise<Map<string, RunningSum>>;
}

/** Creates it for a connection that only reads. */
export function createRunningReader(store: Pick<Store, 'all'>): RunningReader {
  let old: { before: Day; bytes: Map<number, Traffic> } | null = null;

  async function oldUntil(before: Day): Promise<Map<number, Traffic>> {
    if (old?.before !== before) {
      const rows = await store.all(OLD, before);
      old = { before, bytes: new Map(rows.map((row) => [Number(row.account), trafficOf(row)])) };
    }
    return old.bytes;
  }

  return {
    async read(today) {
      const before = today - RECENT_DAYS;
      const earlier = await oldUntil(before);
      const sums = new Map<string, RunningSum>();
      for (const row of await store.all(ALL, before)) {
        const { account, kind, key, firstSeen } = { account: Number(row.account), ...named(row) };
        const recent = { download: Number(row.down ?? 0), upload: Number(row.up ?? 0) };
        const all = usageOf(kind, trafficOf(row)).total;
        const offPeak = Math.min(all, usageOf(kind, plus(recent, earlier.get(account) ?? NOTHING)).total);
        const known = sums.get(key) ?? { onPeak: 0, offPeak: 0, firstSeen };
        sums.set(key, {
          onPeak: known.onPeak + all - offPeak,
          offPeak: known.offPeak + offPeak,
          firstSeen: Math.min(known.firstSeen, firstSeen),
        });
      }
      return sums;
    },
  };
}

function named(row: Row): { kind: AccountKind; key: string; firstSeen: number } {
  const kind = String(row.kind);
  return { kind: isAccountKind(kind) ? kind : 'device', key: String(row.key), firstSeen: Number(row.firstSeen) };
}
