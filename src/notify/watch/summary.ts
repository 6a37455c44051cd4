import { type Billing, type Day, dayOf, dayText, type Month, monthOf } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { figuresOf, type Used } from '../../domain/traffic.ts';
import type { NoticesConfig } from '../settings.ts';
import type { Facts, Usage } from './facts.ts';

const MOST_DEVICES = 5;
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY = 4;

/** The week from Monday to Sunday that a day lies in. */
function weekOf(day: Day): Month {
  const start = day - ((((day - FIRST_MONDAY) % 7) + 7) % 7);
  return { start, end: start + 7 };
}

/** A period whose summary is due, and the one before it. */
export interface Due {
  key: string;
  period: Month;
  before: Month;
}

/** The latest period that is over, if watching began before its end; null where no summary is wanted. */
export function dueSummary(summary: NoticesConfig['summary'], since: number, now: number, timezone: string, billing: Billing): Due | null {
  if (summary === 'off') return null;
  const periodOf = (day: Day) => (summary === 'weekly' ? weekOf(day) : monthOf(day, billing));
  const period = periodOf(periodOf(dayOf(now, timezone)).start - 1);
  if (dayOf(since, timezone) >= period.end) return null;
  return { key: `summary ${summary} ${dayText(period.start)}`, period, before: periodOf(period.start - 1) };
}

/** The summary of a period, compared with the one before where that had bytes. */
export function summaryNotice(
  { key, period }: Due,
  usage: Usage,
  previous: Usage,
  { now, bytes, settings }: Pick<Facts, 'now' | 'bytes' | 'settings'>,
): Notice {
  const known = (count: number | null, way: string) => (count === null ? [] : [`${bytes(count)}${way}`]);
  const parts = (used: Used) => {
    const { download, upload, undirected } = figuresOf(used);
    const found = [...known(download, ' down'), ...known(upload, ' up'), ...known(undirected, ' without a direction')];
    return found.length === 0 ? bytes(0) : found.join(', ');
  };
  const [sum, earlier] = [usage.home.total, previous.home.total];
  const change = earlier === 0 ? null : Math.round((sum / earlier - 1) * 100);
  const list = (title: string, rows: Usage['devices']) =>
    rows.length === 0
      ? []
      : ['', title, ...rows.slice(0, MOST_DEVICES).map((row) => `${row.name}: ${bytes(row.bytes.total)} (${parts(row.bytes)})`)];
  const name = settings.summary === 'weekly' ? 'Week' : 'Month';
  return {
    key,
    kind: 'summary',
    subject: `${name} from ${dayText(period.start)} to ${dayText(period.end - 1)}: ${bytes(sum)}`,
    text: [
      `The home: ${parts(usage.home)}.`,
      ...(change === null
        ? []
        : [
            `That is ${change === 0 ? 'as much as' : `${Math.abs(change)} % ${change > 0 ? 'more' : 'less'} than`} in the ${name.toLowerCase()} before (${bytes(earlier)}).`,
          ]),
      ...list('By user:', usage.users),
      ...list(usage.devices.length > MOST_DEVICES ? `Most by, of ${usage.devices.length} devices:` : 'By device:', usage.devices),
    ].join('\n'),
    at: now,
  };
}
