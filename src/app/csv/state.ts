import { join } from 'node:path';
import type { Kept } from '../../views/logger/running.ts';
import { replaceText, textOf } from './directory.ts';

/** Next to the files that it is about; removing it makes each continue from its last line. */
const statePath = (directory: string): string => join(directory, '.wrtmeter-csv.json');

/** What is remembered of files: those of several devices by their names, and by its MAC, a device's whose sums are not those of the ledger. */
export type KeptFiles = ReadonlyMap<string, Kept>;

/** Reads what was remembered; a file that is missing or damaged has nothing. */
export async function readKept(directory: string): Promise<KeptFiles> {
  const found = parse((await textOf(statePath(directory))) ?? '');
  return new Map(Object.entries(found).flatMap(([file, entry]) => (isEntry(entry) ? [[file, keptOf(entry)] as const] : [])));
}

function parse(text: string): object {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {};
  }
}

interface KeptEntry {
  macs: string[];
  total: number;
  off_peak: number;
}

const isEntry = (entry: unknown): entry is KeptEntry =>
  typeof entry === 'object' &&
  entry !== null &&
  'macs' in entry &&
  Array.isArray(entry.macs) &&
  'total' in entry &&
  Number.isSafeInteger(entry.total) &&
  'off_peak' in entry &&
  Number.isSafeInteger(entry.off_peak);

const keptOf = ({ macs, total, off_peak }: KeptEntry): Kept => ({ macs: new Set(macs), total, offPeak: off_peak });

/** As text, to be compared and written. */
export const keptText = (kept: KeptFiles): string =>
  JSON.stringify(
    Object.fromEntries([...kept].map(([file, { macs, total, offPeak }]) => [file, { macs: [...macs].sort(), total, off_peak: offPeak }])),
  );

export const writeKept = (directory: string, text: string): Promise<void> => replaceText(statePath(directory), text);
