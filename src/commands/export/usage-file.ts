import { type Billing, type Day, dayOf, dayText, type Month, monthOf, startOfDay, yearOf } from '../../domain/calendar.ts';
import { takeInventory } from '../../ledger/storage/integrity.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { parseSpan } from '../../views/api-v1/query.ts';
import { csvRecord, USAGE_COLUMNS, type UsageLine } from '../../views/api-v1/usage-csv.ts';
import { safeJson } from '../common/text.ts';
import type { UsageSelection } from './selection.ts';

interface Edge {
  text: string;
  /** Unix ms. */
  instant: number;
}

/** What the days of the ledger are shown in: the calendar, and where months begin. */
type Calendar = Pick<BillingTerms, 'timezone' | 'billing'>;

/**
 * The requested time, limited to what the ledger has and split into parts, so that memory does not grow with the years. Months and years
 * are few, and must not be split.
 */
export async function partsOf(
  selection: UsageSelection,
  store: Pick<Store, 'all'>,
  calendar: Calendar,
  days: number,
): Promise<UsageSelection[]> {
  const { timezone } = calendar;
  const { from, to } = await edges(selection, store, calendar);
  if (from.instant >= to.instant) return [];
  const cuts: string[] = [];
  if (selection.by === 'hour' || selection.by === 'day') {
    for (let day = dayOf(from.instant, timezone) + days; startOfDay(day, timezone) < to.instant; day += days) cuts.push(dayText(day));
  }
  const ends = [from.text, ...cuts, to.text];
  return ends.slice(1).map((end, i) => ({ ...selection, from: ends[i], to: end }));
}

/**
 * The requested time, limited to what the ledger has: to whole months of the home, or years, where these are asked for, so that a row says
 * when its month began and not when counting did. Throws a RequestError.
 */
export async function edges(
  selection: UsageSelection,
  store: Pick<Store, 'all'>,
  { timezone, billing }: Calendar,
): Promise<Record<'from' | 'to', Edge>> {
  const { hours, days } = await takeInventory(store);
  const isHourly = selection.by === 'hour';
  const { from, to } = isHourly ? hours : days;
  const dayOfTime = (time: number | null) => (time === null ? null : isHourly ? dayOf(time, timezone) : time);
  const of = (day: Day): Edge => ({ text: dayText(day), instant: startOfDay(day, timezone) });
  const periodOf = periodsBy(selection.by, billing);
  const [began, ended] = [dayOfTime(from), dayOfTime(to)];
  const first = of(began === null ? 0 : periodOf(began).start);
  const last = of(ended === null ? 0 : periodOf(ended).end);
  const { from: after, to: before } = parseSpan(selection, timezone);
  return {
    from: after !== null && after.instant > first.instant ? after : first,
    to: before !== null && before.instant < last.instant ? before : last,
  };
}

function periodsBy(by: UsageSelection['by'], billing: Billing): (day: Day) => Month {
  if (by === 'month') return (day) => monthOf(day, billing);
  return by === 'year' ? yearOf : (day) => ({ start: day, end: day + 1 });
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
