import type { Month } from '../../domain/calendar.ts';
import type { Used } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import type { AuditQuery, AuditRecord } from '../../ledger/storage/read-audit.ts';
import type { UsageQuery } from '../../ledger/storage/read-usage.ts';
import type { HistoryRow } from '../rows/history.ts';
import type { View } from '../view.ts';

/** Which hours, days or periods are asked for. */
type UsageStretch = UsageQuery extends infer Q ? (Q extends unknown ? Omit<Q, 'accounts' | 'tariffs'> : never) : never;

/** What pages read of the ledger beside the view, on a connection of its own. All of it may throw a LedgerError. */
export interface PageReader {
  /** Billing periods, the oldest first and the running one last: the home's, or those of a router's uplinks. */
  periods(view: Pick<View, 'now' | 'timezone'>, count: number, router?: string | null): Month[];
  /** What a few accounts used together, by the start of each hour (Unix ms), day or period with bytes. */
  used(accounts: readonly Account[], stretch: UsageStretch): Promise<Map<number, Used>>;
  /** Days and periods of the home and its uplinks, and of users. Kept from request to request. */
  history(view: View, scope: 'lines' | 'users'): Promise<HistoryRow[]>;
  /** Audit rows, the newest first. */
  audit(query: AuditQuery, most: number): Promise<AuditRecord[]>;
}
