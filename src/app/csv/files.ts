import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OldLines } from '../../views/logger/cut.ts';
import { deviceFile, macOfFile } from '../../views/logger/file-names.ts';
import type { LoggerLine } from '../../views/logger/line.ts';
import { appendLine, cutFile, filesIn, makeCsvDirectory, removeFile, settleFile } from './directory.ts';

/** The files of a directory, with what their last lines say. */
export interface CsvFiles {
  /**
   * Makes the directory if it is missing, and settles its files once: a line that was cut off is removed. True if it did; nothing that was
   * known of the directory is then true.
   */
  open(): Promise<boolean>;
  /** The name of a device's file, which is renamed where the device has another address. `ips`: the current one first. */
  nameFor(mac: string, ips: readonly string[]): Promise<string>;
  /** Null for a file that has no line yet. */
  last(file: string): Promise<LoggerLine | null>;
  append(file: string, line: LoggerLine): Promise<void>;
  /** Those that have lines, also of devices that get none any more. */
  names(): string[];
  /** Replaces the first lines of a file by their summary; returns the bytes that were written. */
  cut(file: string, old: OldLines): Promise<number>;
  /** Removes those of which `isGone` says so, unless they have other contents. */
  remove(isGone: (file: string) => boolean): Promise<void>;
}

/** The files in a directory. */
export function csvFiles(directory: string): CsvFiles {
  /** By name, of all that are there. Undefined: to be read from the file. */
  const lasts = new Map<string, LoggerLine | null | undefined>();
  const byMac = new Map<string, string>();
  let isOpen = false;
  const path = (file: string) => join(directory, file);

  async function last(file: string): Promise<LoggerLine | null> {
    const known = lasts.get(file);
    if (known !== undefined) return known;
    const found = await settleFile(path(file));
    lasts.set(file, found);
    return found;
  }

  /** Gives the file its new name, unless another one, of an older program, has it. */
  async function move(mac: string, from: string, to: string): Promise<string> {
    if ((await stat(path(to)).catch(() => null)) !== null) return from;
    await rename(path(from), path(to)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    lasts.set(to, lasts.get(from));
    lasts.delete(from);
    byMac.set(mac, to);
    return to;
  }

  return {
    async open() {
      const isThere = (await stat(directory).catch(() => null)) !== null;
      if (isOpen && isThere) return false;
      await makeCsvDirectory(directory);
      lasts.clear();
      byMac.clear();
      for (const file of await filesIn(directory)) {
        // One that cannot be settled is reported when it is written.
        const found = await last(file).catch(() => lasts.set(file, undefined) && null);
        const mac = macOfFile(file);
        if (mac === null || found === null) continue;
        // The older program began another file for each address: the latest continues.
        const other = lasts.get(byMac.get(mac) ?? '');
        if ((other?.time ?? 0) <= found.time) byMac.set(mac, file);
      }
      isOpen = true;
      return true;
    },
    async nameFor(mac, ips) {
      const known = byMac.get(mac);
      const wanted = deviceFile(mac, ips[0] ?? null);
      if (known === undefined) {
        byMac.set(mac, wanted);
        return wanted;
      }
      const isCurrent = ips.length === 0 || ips.some((ip) => deviceFile(mac, ip).toLowerCase() === known.toLowerCase());
      return isCurrent ? known : move(mac, known, wanted);
    },
    last,
    async append(file, line) {
      try {
        await appendLine(path(file), line);
        lasts.set(file, line);
      } catch (error) {
        lasts.set(file, undefined);
        throw error;
      }
    },
    names: () => [...lasts].flatMap(([file, found]) => (found ? [file] : [])),
    cut: (file, old) => cutFile(path(file), old),
    async remove(isGone) {
      for (const file of [...lasts.keys()].filter(isGone)) {
        if (!(await removeFile(path(file)))) continue;
        lasts.delete(file);
        for (const [mac, own] of byMac) if (own === file) byMac.delete(mac);
      }
    },
  };
}
