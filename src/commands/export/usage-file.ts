import { type Day, dayOf, dayText, startOfDay } from '../../domain/calendar.ts';
import { takeInventory } from '../../ledger/storage/integrity.ts';
import type { Store } from '../../ledger/storage/store.ts';
import { parseSpan } from '../../views/api-v1/query.ts';
import { csvRecord, USAGE_COLUMNS, type UsageLine } from '../../views/api-v1/usage-csv.ts';
import { safeJson } from '../common/text.ts';
import type { UsageSelection } from './selection.ts';

interface Edge {
  text: string;
  /** Unix ms. */
  instant: number;
}

/**
 * The requested time, limited to what the ledger has and split into parts, so that memory does not grow with the years. Months and years
 * are few, and must not be split.
 */
export async function partsOf(
  selection: UsageSelection,
  store: Pick<Store, 'all'>,
  timezone: string,
  days: number,
): Promise<UsageSelection[]> {
  const { from, to } = await edges(selection, store, timezone);
  if (from.instant >= to.instant) return [];
  const cuts: string[] = [];
  if (selection.by === 'hour' || selection.by === 'day') {
    for (let day = dayOf(from.instant, timezone) + days; startOfDay(day, timezone) < to.instant; day += days) cuts.push(dayText(day));
  }
  const ends = [from.text, ...cuts, to.text];
  return ends.slice(1).map((end, i) => ({ ...selection, from: ends[i], to: end }));
}

/** The requested time, limited to what the ledger has. Throws a RequestError. */
export async function edges(selection: UsageSelection, store: Pick<Store, 'all'>, timezone: string): Promise<Record<'from' | 'to', Edge>> {
  const { hours, days } = await takeInventory(store);
  const dayOfTime = (time: number | null) => (time === null ? 0 : selection.by === 'hour' ? dayOf(time, timezone) : time);
  const { from, to } = selection.by === 'hour' ? hours : days;
  const of = (day: Day): Edge => ({ text: dayText(day), instant: startOfDay(day, timezone) });
  const [first, last] = [of(dayOfTime(from)), of(to === null ? 0 : dayOfTime(to) + 1)];
  const { from: after, to: before } = parseSpan(selection, timezone);
  return {
    from: after !== null && after.instant > first.instant ? after : first,
    to: before !== null && before.instant < last.instant ? before : last,
  };
}

/** Makes the text of a file of usage, part by part. There is none before the first lines, so that a usage error leaves no partial file. */
export function usageText(format: 'csv' | 'json') {
  const header = csvRecord(USAGE_COLUMNS);
  let begun = false;
  const begin = (first: string, later = '') => {
    const text = begun ? later : first;
    begun = true;
    return text;
  };
  const jsonOf = (line: UsageLine) => `${begin('[', ',')}\n${safeJson(line).replace(/\n\s*/g, ' ')}`;
  const recordOf = (line: UsageLine) => csvRecord(USAGE_COLUMNS.map((column) => line[column]));
  return {
    lines: (lines: readonly UsageLine[]): string =>
      format === 'json' ? lines.map(jsonOf).join('') : `${begin(header)}${lines.map(recordOf).join('')}`,
    end: (): string => (format === 'json' ? begin('[]\n', '\n]\n') : begin(header)),
  };
}
