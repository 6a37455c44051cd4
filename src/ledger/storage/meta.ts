import { fields } from './sql.ts';
import type { Batch, Store } from './store.ts';

const READ = 'SELECT value FROM meta WHERE key = ?';
const WRITE = `INSERT INTO meta(key, value) SELECT ${fields(2)} FROM json_each(?) WHERE true ON CONFLICT DO UPDATE SET value = excluded.value`;

/** What the file has under a key; null if nothing. Throws a LedgerError. */
export async function readMeta(store: Pick<Store, 'all'>, key: string): Promise<string | null> {
  const [row] = await store.all(READ, key);
  return row === undefined ? null : String(row.value);
}

/** Writes values under their keys. */
export const metaBatch = (rows: [key: string, value: string][]): Batch => ({ sql: WRITE, rows });
