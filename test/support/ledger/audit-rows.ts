import type { AuditRow } from '../../../src/ledger/books.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';
import { auditBatch } from '../../../src/ledger/storage/write-audit.ts';

const BLANK = { router: '', source: '', counter: '', download: 0, upload: 0, why: '' };

/** Writes audit rows into a ledger's file as it would itself; of a kind that no program knows, too. */
export const writeAudit = (store: Store, rows: readonly (Partial<Omit<AuditRow, 'kind'>> & { at: number; kind: string })[]) =>
  store.commit([auditBatch(rows.map((row) => ({ ...BLANK, ...row })))]);
