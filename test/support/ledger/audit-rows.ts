import type { AuditRow } from '../../../src/ledger/books.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';

/** Writes audit rows into a ledger's file as it would itself; of a kind that no program knows, too. */
export async function writeAudit(store: Store, rows: readonly (Partial<Omit<AuditRow, 'kind'>> & { at: number; kind: string })[]) {
  await store.commit([
    {
      sql: `INSERT INTO audit(at, kind, router, source, counter, download, upload, why)
        SELECT ${[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `value ->> ${i}`).join(', ')} FROM json_each(?)`,
      rows: rows.map(({ at, kind, router = '', source = '', counter = '', download = 0, upload = 0, why = '' }) => [
        at,
        kind,
        router,
        source,
        counter,
        download,
        upload,
        why,
      ]),
    },
  ]);
}
