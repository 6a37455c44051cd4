import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { macOfFile } from '../../views/logger/file-names.ts';
import { filesIn, settleFile } from './directory.ts';
import { keptText, readKept, writeKept } from './state.ts';

/** Removes the files of devices (by MAC) from a directory, and their MACs from what is remembered. Returns the paths that were removed. */
export async function forgetFiles(directory: string, macs: readonly string[]): Promise<string[]> {
  const names = await filesIn(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const paths = names.filter((name) => macs.includes(macOfFile(name) ?? '')).map((name) => join(directory, name));
  for (const path of paths) {
    // One with other contents is not ours.
    await settleFile(path);
    await rm(path);
  }
  const kept = await readKept(directory);
  const left = [...kept].flatMap(([key, entry]) => {
    const own = new Set([...entry.macs].filter((mac) => !macs.includes(mac)));
    return macs.includes(key) ? [] : [[key, { ...entry, macs: own }] as const];
  });
  if (kept.size > 0) await writeKept(directory, keptText(new Map(left)));
  return paths;
}
