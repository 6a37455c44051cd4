import type { AuditRow } from '../books.ts';
import { runAll } from './driver/run-all.ts';
import { type Batch, openDatabase } from './driver/sqlite.ts';
import { syncFile } from './files.ts';
import { fields } from './sql.ts';

const MOST_ROWS = 5000;

const INSERT = `INSERT INTO audit(at, kind, router, source, counter, download, upload, why) SELECT ${fields(8)} FROM json_each(?)`;
/** Whether a router's answers cause a row, in every round if the router is hostile. Limits that people set are of no router. Rule: audit. */
const BY_ROUTERS =
  "(kind IN ('reset', 'dip', 'wrap', 'rejected', 'stale', 'machine', 'gap', 'full', 'skipped', 'learned', 'wire') OR (kind = 'limit' AND router <> ''))";
const prune = (which: string) =>
  `DELETE FROM audit WHERE ${which} AND id <= (SELECT id FROM audit WHERE ${which}
    ORDER BY id DESC LIMIT 1 OFFSET (SELECT value ->> 0 FROM json_each(?)))`;

/** Adds rows to the audit; a test may write a kind that only a later program knows. */
export const auditBatch = (rows: readonly (Omit<AuditRow, 'kind'> & { kind: string })[]): Batch => ({
  sql: INSERT,
  rows: rows.map((a) => [a.at, a.kind, a.router, a.source, a.counter, a.download, a.upload, a.why]),
});

/** Deletes all but the newest rows: of those that routers cause, and of all others, so that no router pushes out what people did. */
export const pruneAudit: readonly Batch[] = [BY_ROUTERS, `NOT ${BY_ROUTERS}`].map((which) => ({
  sql: prune(which),
  rows: [[MOST_ROWS]],
}));

/** Adds a row to the file of a ledger that nobody has open, and makes sure that it is on the disk. */
export async function writeAuditInto(path: string, row: AuditRow): Promise<void> {
  const database = await openDatabase(path, 'write');
  try {
    await runAll(database, [auditBatch([row])]);
  } finally {
    await database.close();
  }
  await syncFile(path);
}
