import { LedgerError } from '../../errors.ts';
import { ledgerNote } from '../books.ts';
import type { Batch, Store } from './store.ts';
import { auditBatch } from './write-audit.ts';

/** What is kept of a MAC or of a WireGuard peer, by kind of row. */
export interface Forgotten {
  accounts: number;
  hours: number;
  days: number;
  names: number;
  leases: number;
  peers: number;
  audit: number;
  /** Baselines of counters that ran in their router's latest reading: they stay. Rule: forgotten device. */
  running: number;
  /** Other baselines. */
  baselines: number;
}

const MINE = "account IN (SELECT id FROM account WHERE key = json_extract(?1, '$[0][0]'))";
/** Counters and audit rows contain a MAC, in any case, or a key, alone or with where it was seen: `phy0-ap0 02:…`, `02:… 192.168.1.10`. */
const named = (column: string) =>
  `(instr(${column}, json_extract(?1, '$[0][0]')) > 0 OR instr(lower(${column}), json_extract(?1, '$[0][0]')) > 0)`;
const RUNS = '(last_read IS NULL)';

const COUNT: Record<keyof Forgotten, string> = {
  accounts: "SELECT count(*) AS n FROM account WHERE key = json_extract(?1, '$[0][0]')",
  hours: `SELECT count(*) AS n FROM hour WHERE ${MINE}`,
  days: `SELECT count(*) AS n FROM day WHERE ${MINE}`,
  names: "SELECT count(*) AS n FROM device WHERE mac = json_extract(?1, '$[0][0]')",
  leases: "SELECT count(*) AS n FROM lease WHERE mac = json_extract(?1, '$[0][0]')",
  peers: "SELECT count(*) AS n FROM peer WHERE public_key = json_extract(?1, '$[0][0]')",
  audit: `SELECT count(*) AS n FROM audit WHERE ${named('counter')} OR ${named('why')}`,
  running: `SELECT count(*) AS n FROM baseline WHERE ${named('counter')} AND ${RUNS}`,
  baselines: `SELECT count(*) AS n FROM baseline WHERE ${named('counter')} AND NOT ${RUNS}`,
};

const DELETE = {
  hours: `DELETE FROM hour WHERE ${MINE}`,
  days: `DELETE FROM day WHERE ${MINE}`,
  hourTariffs: `DELETE FROM hour_tariff WHERE ${MINE}`,
  dayTariffs: `DELETE FROM day_tariff WHERE ${MINE}`,
  imported: `DELETE FROM imported WHERE ${MINE}`,
  accounts: "DELETE FROM account WHERE key = json_extract(?1, '$[0][0]')",
  names: "DELETE FROM device WHERE mac = json_extract(?1, '$[0][0]')",
  leases: "DELETE FROM lease WHERE mac = json_extract(?1, '$[0][0]')",
  peers: "DELETE FROM peer WHERE public_key = json_extract(?1, '$[0][0]')",
  audit: `DELETE FROM audit WHERE ${named('counter')} OR ${named('why')}`,
  handLimits: "DELETE FROM hand_limit WHERE id = json_extract(?1, '$[0][0]')",
  deliveries: `DELETE FROM delivery WHERE notice IN (SELECT key FROM notice WHERE ${named('key')} OR ${named('text')})`,
  notices: `DELETE FROM notice WHERE ${named('key')} OR ${named('text')}`,
  // Whether it was here, and since when quotas have limited it.
  presence: `UPDATE meta SET value = json_remove(value, '$.here."' || json_extract(?1, '$[0][0]') || '"') WHERE key = 'notices' AND json_valid(value)`,
  limitTimes: `UPDATE meta SET value = (SELECT json_group_object(key, value) FROM json_each(meta.value) WHERE NOT ${named('key')})
    WHERE key = 'limits' AND json_valid(value)`,
  // The last answer may have lacked its counter: what returns with the next is not new.
  lacking: `UPDATE reader SET partial = 1 WHERE id IN (SELECT reader FROM baseline WHERE ${named('counter')} AND NOT ${RUNS})`,
  baselines: `DELETE FROM baseline WHERE ${named('counter')} AND NOT ${RUNS}`,
};

/** Counts what the ledger keeps of a MAC (lower case, colons) or of a public key. */
export async function keptOf(store: Pick<Store, 'all'>, whose: string): Promise<Forgotten> {
  const counts = { accounts: 0, hours: 0, days: 0, names: 0, leases: 0, peers: 0, audit: 0, running: 0, baselines: 0 };
  for (const kind of Object.keys(COUNT) as (keyof Forgotten)[]) {
    counts[kind] = Number((await store.all(COUNT[kind], JSON.stringify([[whose]])))[0]?.n);
  }
  return counts;
}

/**
 * Deletes a MAC or a WireGuard peer: its accounts, history, names and leases, and audit rows and notices that name it. No other sums change. The
 * baseline of a counter that is still running stays, because without it the whole counter would be posted again as new; it is deleted
 * when the counter ends, or by another `forget` after that. That of a counter which the last answer lacked is deleted, and if the next
 * answer has the counter, it is not new. Deleted bytes are overwritten in the file. Throws a LedgerError.
 */
export async function forget(store: Store, whose: string, now: number): Promise<Forgotten> {
  const kept = await keptOf(store, whose);
  if (Object.entries(kept).every(([kind, count]) => kind === 'running' || count === 0)) {
    throw new LedgerError(
      kept.running > 0
        ? `The ledger only has the baseline of a running counter of "${whose}", without which its bytes would be counted again: run this again when the device has left`
        : `The ledger has nothing about "${whose}"`,
    );
  }
  const of = Object.values(DELETE).map((sql): Batch => ({ sql, rows: [[whose]] }));
  await store.all('PRAGMA secure_delete = ON');
  await store.commit([...of, auditBatch([ledgerNote(now, 'forget', 'deleted with "wrtmeter forget"')])]);
  // Names that changed long ago may still be in unused parts of the file, and the log has the pages as they were.
  await store.all('VACUUM').catch(() => []);
  await store.all('PRAGMA wal_checkpoint(TRUNCATE)');
  return kept;
}
