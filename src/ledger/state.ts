import type { SourceCounts } from './books.ts';

/** What a ledger says of itself. */
export interface LedgerState {
  /** Unix ms of the first posting; 0 before it. */
  startedAt: number;
  writeErrors: number;
  /** Why the last round could not be written; null if it was. */
  writeFailure: string | null;
  /** Daily backups that could not be made. */
  backupErrors: number;
  /** Why the last daily backup failed; null if it did not. */
  backupFailure: string | null;
  /** Seconds that the last commit took. */
  commitSeconds: number;
  databaseBytes: number;
  /** Why nothing is posted although routers answer, or null. */
  suspendedBecause: string | null;
  /** Since the process began, by router and source (see `readerKey`). */
  counts: Map<string, SourceCounts>;
  /** How often bytes of days before the present one may have changed, since the process began. */
  pastChanges: number;
}

/** The state of a ledger without a posting. */
export const newLedgerState = (): LedgerState => ({
  startedAt: 0,
  writeErrors: 0,
  writeFailure: null,
  backupErrors: 0,
  backupFailure: null,
  commitSeconds: 0,
  databaseBytes: 0,
  suspendedBecause: null,
  counts: new Map(),
  pastChanges: 0,
});
