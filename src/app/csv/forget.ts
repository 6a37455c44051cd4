import { join } from 'node:path';
import { macOfFile } from '../../views/logger/file-names.ts';
import { type Peaks, totalOf } from '../../views/logger/line.ts';
import type { Kept } from '../../views/logger/running.ts';
import { filesIn, removeFile } from './directory.ts';
import { keptText, readKept, writeKept } from './state.ts';

/**
 * Removes the files of devices from a directory, and their MACs from what is remembered. `gone`: what the ledger had of each MAC, which other
 * files keep. Returns the paths that were removed; files with other contents stay.
 */
export async function forgetFiles(directory: string, gone: ReadonlyMap<string, Peaks>): Promise<string[]> {
  const names = await filesIn(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const removed: string[] = [];
  for (const path of names.filter((name) => gone.has(macOfFile(name) ?? '')).map((name) => join(directory, name))) {
    if (await removeFile(path)) removed.push(path);
  }
  const kept = await readKept(directory);
  const left = [...kept].flatMap(([key, entry]) => (gone.has(key) ? [] : [[key, without(entry, gone)] as const]));
  if (kept.size > 0) await writeKept(directory, keptText(new Map(left)));
  return removed;
}

function without({ macs, total, offPeak }: Kept, gone: ReadonlyMap<string, Peaks>): Kept {
  const own = [...macs].flatMap((mac) => gone.get(mac) ?? []);
  return {
    macs: new Set([...macs].filter((mac) => !gone.has(mac))),
    total: own.reduce((sum, peaks) => sum + totalOf(peaks), total),
    offPeak: own.reduce((sum, peaks) => sum + peaks.offPeak, offPeak),
  };
}
