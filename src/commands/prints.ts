import { dayText, localText, type Month } from '../domain/calendar.ts';
import { devicesAnswer, wanAnswer } from '../views/api-v1.ts';
import { deviceRows } from '../views/device-rows.ts';
import { formatAge, formatBytes, rfc3339 } from '../views/format.ts';
import type { View } from '../views/view.ts';
import { homeTraffic, wanRows } from '../views/wan-rows.ts';
import type { Column } from './print-text.ts';

/** What is printed is made of: the ledger's books, and nothing of the routers. */
export interface LedgerView extends Pick<View, 'books' | 'months' | 'aliases' | 'routers' | 'timezone' | 'now'> {
  /** Names of the configured routers. */
  configured: readonly string[];
}

/** A table, the line under it, and the same for programs. */
export interface Printed {
  columns: readonly Column[];
  rows: string[][];
  summary: string;
  json: unknown;
}

/** What `wrtmeter print` can print. */
export const PRINTS = { devices: printDevices, wan: printWan, routers: printRouters } as const satisfies Record<
  string,
  (view: LedgerView) => Printed
>;

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const BYTES = [right('Download'), right('Upload'), right('Month down'), right('Month up')];

function printDevices(view: LedgerView): Printed {
  const rows = deviceRows(view);
  return {
    columns: [left('Device'), left('MAC'), left('Address'), ...BYTES, left('Last seen')],
    rows: rows.map((row) => [
      row.user === null ? row.name : `${row.name} (${row.user})`,
      row.macs.length > 1 ? `${row.mac} +${row.macs.length - 1}` : row.mac,
      row.ips[0] ?? '',
      ...bytes(row),
      seen(view, row.lastSeen),
    ]),
    summary: rows.length === 0 ? 'No device has been counted yet' : `${count(rows.length, 'device')}; ${monthText(view.months.home)}`,
    json: devicesAnswer(view),
  };
}

function printWan(view: LedgerView): Printed {
  const rows = wanRows(view);
  const sum = homeTraffic(rows);
  return {
    columns: [left('Router'), left('Uplink'), ...BYTES, left('Month'), left('Last seen')],
    rows: [
      ...rows.map((row) => [
        row.router,
        row.overlay ? `${row.interface} (inside another)` : row.interface,
        ...bytes(row),
        `${dayText(row.period.start)} to ${dayText(row.period.end - 1)}`,
        row.lastSeen === null ? 'never' : seen(view, row.lastSeen),
      ]),
      ...(rows.length > 1 ? [['together', '', ...bytes(sum), '', '']] : []),
    ],
    summary: rows.length === 0 ? 'No uplink has been counted yet' : `${count(rows.length, 'uplink')}; ${monthText(view.months.home)}`,
    json: wanAnswer(view),
  };
}

function printRouters(view: LedgerView): Printed {
  const readers = [...view.books.readers.values()].sort((a, b) => (a.router < b.router ? -1 : a.router > b.router ? 1 : 0));
  const unread = view.configured.filter((name) => !readers.some(({ router }) => router === name));
  return {
    columns: [left('Router'), left('Source'), left('Last reading'), left('Read by')],
    rows: [
      ...readers.map(({ router, source, readAt, reader }) => [router, source, seen(view, readAt), reader]),
      ...unread.map((name) => [name, '', 'never', '']),
    ],
    summary: `${count(new Set([...readers.map(({ router }) => router), ...unread]).size, 'router')}; the service at /api/v1/routers tells how the last readings went`,
    json: {
      sources: readers.map(({ router, source, readAt, reader }) => ({ router, source, last_reading: rfc3339(readAt), read_by: reader })),
      never_read: unread,
    },
  };
}

const bytes = ({ total, month }: { total: Bytes; month: Bytes }): string[] =>
  [total.download, total.upload, month.download, month.upload].map(formatBytes);

type Bytes = { download: number; upload: number };

const seen = ({ timezone, now }: LedgerView, instant: number): string =>
  `${localText(instant, timezone).slice(0, 16)}, ${formatAge(now - instant)}`;

const monthText = ({ start, end }: Month): string => `the month runs from ${dayText(start)} to ${dayText(end - 1)}`;

const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
