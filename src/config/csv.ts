import { type Field, readFields, scalar } from '../fields/fields.ts';
import type { Node } from '../fields/nodes.ts';
import { fail, type Located, type Problems } from '../fields/problems.ts';
import { parseText } from '../fields/values.ts';
import type { CsvConfig } from './config.ts';
import { duration, formatDuration } from './values.ts';

const MINUTE = 60;
const DAY = 86_400;

/** The keys of `csv` in wrtmeter.yaml. */
export const csvFields = {
  directory: { key: 'directory', read: scalar(parseText) },
  every: { key: 'every', read: scalar(duration({ least: 1, most: DAY })) },
  keep: { key: 'keep', read: scalar(duration({ least: DAY, most: 36_500 * DAY })) },
} as const satisfies Record<string, Field<unknown>>;

const USUAL = { every: 5 * MINUTE, keep: 90 * DAY };

/** Reads `csv` of wrtmeter.yaml; null where something is wrong. The place is that of the directory. */
export function readCsv(node: Node, problems: Problems): Located<CsvConfig> | null {
  const before = problems.errors.length;
  const { directory, every, keep } = readFields(node, csvFields, problems);
  if (directory === undefined) {
    if (problems.errors.length === before) fail(problems, node.place, 'has no directory; use for example directory: ./data/csv');
    return null;
  }
  const value = { directory: directory.value, every: every?.value ?? USUAL.every, keep: keep?.value ?? USUAL.keep };
  return { value, place: directory.place };
}

/** In a line, for `wrtmeter check`. */
export const describeCsv = ({ directory, every, keep }: CsvConfig): string =>
  `the older logger's files in ${directory}, a line every ${formatDuration(every)}, kept ${formatDuration(keep)}`;
