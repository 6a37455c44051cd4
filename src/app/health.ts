import { type RouterStatus, readTwice, readTwiceWords, SILENT_AFTER_MS, silentRouters } from '../domain/status.ts';
import type { Health } from '../http/deps.ts';
import type { Posted } from '../ledger/ledger.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { CsvStatus } from '../views/view.ts';

/** What the health of the service depends on. Times are Unix ms. */
export interface Condition {
  ledger: Pick<LedgerState, 'suspendedBecause' | 'backupFailure'>;
  /** How the last round ended; null before the first. */
  lastPosted: Posted | null;
  csv: Pick<CsvStatus, 'failure'> | null;
  routers: readonly RouterStatus[];
  startedAt: number;
  now: number;
  /** Seconds. */
  heartbeat: number;
}

/** A service is unhealthy while it cannot write the ledger. A silent router or a wrong clock is a problem that a restart does not solve. */
export function healthOf({ ledger, lastPosted, csv, routers, startedAt, now, heartbeat }: Condition): Health {
  const failed = lastPosted?.status === 'failed' ? lastPosted.error.message : null;
  const limit = Math.max(SILENT_AFTER_MS, heartbeat * 3000);
  return {
    healthy: failed === null,
    problems: [
      ...(ledger.suspendedBecause === null ? [] : [`Nothing is posted while ${ledger.suspendedBecause}`]),
      ...(failed === null ? [] : [`The last round could not be written: ${failed}`]),
      ...(ledger.backupFailure === null ? [] : [`The last daily backup failed: ${ledger.backupFailure}`]),
      ...(csv === null || csv.failure === null ? [] : [`Files of csv cannot be written: ${csv.failure}`]),
      ...readTwice(routers).map((names) => readTwiceWords(names).what),
      ...silentRouters(routers, now, startedAt, limit).map(
        ({ router, sources, since, why }) =>
          `${sources.join(', ')} of ${router} not read for ${Math.round((now - since) / 60_000)} min${why === null ? '' : `: ${why}`}`,
      ),
    ],
  };
}
