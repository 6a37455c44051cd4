import type { Traffic } from '../../domain/traffic.ts';
import { type AuditRow, ledgerNote, readerKey, type SourceCounts } from '../books.ts';
import type { RoundUpdate } from './round-update.ts';

/**
 * Rows that a round adds at most: a reboot with thousands of stations, or an attacker, must not flood the audit. The counts have no limit.
 * Rule: audit.
 */
const MOST_ROWS_A_ROUND = 200;

/** What is noted about one source while a round is drafted. */
export interface AuditLog {
  counts: SourceCounts;
  note(kind: AuditRow['kind'], counter: string, bytes: Traffic, why: string): void;
}

/** The audit log of one source of one router; `at` is Unix ms. */
export function auditLogOf(update: RoundUpdate, router: string, source: AuditRow['source'], at: number): AuditLog {
  const counts: SourceCounts = { resets: 0, rejectedBytes: 0, leftOut: 0 };
  update.counts.set(readerKey(router, source), counts);
  return {
    counts,
    note: (kind, counter, { download, upload }, why) => addAuditRow(update, { at, kind, router, source, counter, download, upload, why }),
  };
}

/** Adds a row, if the round has room for it. */
export function addAuditRow(update: RoundUpdate, row: AuditRow): void {
  if (update.audit.length < MOST_ROWS_A_ROUND) update.audit.push(row);
  else update.auditLeftOut += 1;
}

/** Adds the row that counts those left out. */
export function closeAuditLog(update: RoundUpdate): void {
  if (update.auditLeftOut === 0) return;
  const why = `${update.auditLeftOut} more rows of this round are left out`;
  update.audit.push(ledgerNote(update.at, 'full', why));
}
