import { dayText } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { figuresOf, total, type Used } from '../../domain/traffic.ts';
import { bytesIn } from '../format.ts';
import { missingText } from './missing.ts';
import { nameOfQuota, quotaText } from './quota-words.ts';
import type { Summary } from './summary.ts';
import { changeText, gatewayText, type SizeText } from './words.ts';

/** Rows of each list: a message has little room. */
const MOST = 5;
const MOST_USERS = 10;

/** A summary of a time that is over as a message: its most important figures. */
export function summaryNotice(key: string, summary: Summary): Notice {
  const { period, used, compared, users, devices, units, timezone } = summary;
  const size = bytesIn(units);
  const { days, by } = period;
  const rows = [
    `The home: ${parts(used, size)}.`,
    ...(compared === null || compared.change.before === 0
      ? []
      : [`That is ${changeText(compared.change)} the ${by} before (${size(compared.change.before)}).`]),
    ...summary.quotas
      .slice(0, MOST)
      .map((row) => `Quota "${nameOfQuota(row)}": ${quotaText(row, { size, timezone, running: false, days })}.`),
    ...(summary.tariffs.length === 0
      ? []
      : [`By tariff: ${summary.tariffs.map(({ tariff, bytes }) => `${tariff.replaceAll('_', ' ')} ${size(total(bytes))}`).join(', ')}.`]),
    ...list('By user:', users.slice(0, MOST_USERS), ({ title, used: own }) => `${title}: ${size(own.total)} (${parts(own, size)})`),
    ...(users.length > MOST_USERS ? [`and ${users.length - MOST_USERS} more`] : []),
    ...list(
      devices.length > MOST ? `Most by, of ${devices.length} devices:` : 'By device:',
      devices.slice(0, MOST),
      ({ name, used: own }) => {
        return `${name}: ${size(own.total)} (${parts(own, size)})`;
      },
    ),
    ...list('What could not be counted:', missingLines(summary, size), (line) => line),
  ];
  return {
    key,
    kind: 'summary',
    subject: `${by === 'week' ? 'Week' : 'Month'} from ${dayText(days.start)} to ${dayText(days.end - 1)}: ${size(used.total)}`,
    text: rows.join('\n'),
    at: summary.madeAt,
  };
}

function missingLines({ missing, gateways, timezone }: Summary, size: SizeText): string[] {
  const lines = [
    ...missing.map((row) => missingText(row, size)),
    ...gateways.flatMap((gateway) => gatewayText(gateway, size, timezone).slice(0, 1)),
  ];
  return lines.length > MOST ? [...lines.slice(0, MOST), `and ${lines.length - MOST} more: see "wrtmeter summary"`] : lines;
}

function list<T>(title: string, rows: readonly T[], text: (row: T) => string): string[] {
  return rows.length === 0 ? [] : ['', title, ...rows.map(text)];
}

function parts(used: Used, size: SizeText): string {
  const { download, upload, undirected } = figuresOf(used);
  const known = (bytes: number | null, way: string) => (bytes === null ? [] : [`${size(bytes)}${way}`]);
  const found = [...known(download, ' down'), ...known(upload, ' up'), ...known(undirected, ' without a direction')];
  return found.length === 0 ? size(0) : found.join(', ');
}
