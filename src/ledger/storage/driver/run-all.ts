import type { Batch, Database } from './driver.ts';

/**
 * Runs statements one after the other in a transaction, and commits it; rolls nothing back. Those without rows of their own go together in one
 * call. While a statement runs, the rows of the next are written as JSON.
 */
export async function runAll(database: Pick<Database, 'exec' | 'bulk'>, batches: readonly Batch[]): Promise<void> {
  let running = database.exec('BEGIN IMMEDIATE');
  let script: string[] = [];
  const next = async (run: () => Promise<void>) => {
    await running;
    running = run();
  };
  for (const { sql, rows } of batches) {
    if (rows === null) script.push(sql);
    if (rows === null || rows.length === 0) continue;
    if (script.length > 0) {
      const together = script.join(';\n');
      script = [];
      await next(() => database.exec(together));
    }
    const json = JSON.stringify(rows);
    await next(() => database.bulk(sql, json));
  }
  await next(() => database.exec([...script, 'COMMIT'].join(';\n')));
  await running;
}
