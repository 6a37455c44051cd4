import type { Batch, Database } from './driver/sqlite.ts';

/**
 * Runs statements one after the other, and `last` after them. Those that only read tables go together in one call. While one runs, the rows
 * of the next are written as JSON. `begun`: what must have been done before the first.
 */
export async function runAll(
  database: Pick<Database, 'exec' | 'bulk'>,
  batches: readonly Batch[],
  begun: Promise<unknown>,
  last: string,
): Promise<void> {
  let running = begun;
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
  await next(() => database.exec([...script, last].join(';\n')));
  await running;
}
