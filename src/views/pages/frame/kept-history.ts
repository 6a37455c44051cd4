import type { Day } from '../../../domain/calendar.ts';
import { NO_USAGE, type Used } from '../../../domain/traffic.ts';
import type { HistoryRow } from '../../rows/history.ts';
import type { UsageParts } from './usage-card.ts';

/** What one thing used by day and by month, from the rows of all. Days of what is private have no rows. */
export function historyOf(
  rows: readonly HistoryRow[],
  of: HistoryRow['of'],
  id: string,
): Pick<UsageParts, 'months' | 'nothing'> & { days: Map<Day, Used> } {
  const own = rows.filter((row) => row.of === of && row.id === id);
  const by = (unit: HistoryRow['by']) => new Map(own.filter((row) => row.by === unit).map(({ start, used }) => [start, used]));
  return { days: by('day'), months: by('month'), nothing: NO_USAGE };
}
