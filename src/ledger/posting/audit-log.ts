import type { Traffic } from '../../domain/traffic.ts';
import { type AuditRow, type Entry, readerKey, type SourceCounts } from '../books.ts';

/** Rows a round may add: a reboot with thousands of stations, or an attacker, must not flood the audit. The counts go on. Rule: audit. */
const MOST_ROWS_A_ROUND = 200;

/** What is written down of one source while a round is drafted. */
export interface Journal {
  counts: SourceCounts;
  note(kind: AuditRow['kind'], counter: string, bytes: Traffic, why: string): void;
}

/** The journal of one source of one router at `at` (Unix ms). */
export function journalOf(entry: Entry, router: string, source: AuditRow['source'], at: number): Journal {
  const counts: SourceCounts = { resets: 0, rejectedBytes: 0, leftOut: 0 };
  entry.counts.set(readerKey(router, source), counts);
  return {
    counts,
    note: (kind, counter, { download, upload }, why) => addRow(entry, { at, kind, router, source, counter, download, upload, why }),
  };
}

/** Adds a row, if the round has room for it. */
export function addRow(entry: Entry, row: AuditRow): void {
  if (entry.audit.length < MOST_ROWS_A_ROUND) entry.audit.push(row);
  else entry.auditLeftOut += 1;
}

/** The last row of a round that had more to say than its rows hold. */
export function closeJournal(entry: Entry): void {
  if (entry.auditLeftOut === 0) return;
  const why = `${entry.auditLeftOut} more rows of this round are left out`;
  entry.audit.push({ at: entry.at, kind: 'full', router: '', source: '', counter: '', download: 0, upload: 0, why });
}
