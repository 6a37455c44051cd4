import { dayText, instantText, type Month } from '../../domain/calendar.ts';
import { OTHERS, titleWithKey } from '../../domain/people/user.ts';
import { figuresOf, type Used } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { shownUrl } from '../../fields/urls.ts';
import { devicesAnswer, peersAnswer, usersAnswer, wanAnswer } from '../../views/api-v1/answers.ts';
import { bytesIn, knownIn } from '../../views/format.ts';
import { deviceRows } from '../../views/rows/devices.ts';
import { peerRows } from '../../views/rows/peers.ts';
import { userRows } from '../../views/rows/users.ts';
import { homeTraffic, wanRows } from '../../views/rows/wan.ts';
import { extra, last, late, left, name, prose, right } from '../common/text.ts';
import { printAudit } from './audit.ts';
import { PAST, sparklines } from './past.ts';
import { printDays, printMonths } from './periods.ts';
import { type LedgerView, type Printed, type Selection, seen } from './printed.ts';
import { printQuotas } from './quotas.ts';
import { printReconciliation } from './reconciliation.ts';
import { printTariffs } from './tariffs.ts';

/** Something that `wrtmeter print` can print, and its options besides --json. */
export interface Print {
  /** For the help. */
  shows: string;
  make: (view: LedgerView, selection: Selection) => Printed | Promise<Printed>;
  knows: readonly (keyof Selection)[];
}

export const PRINTS = {
  devices: { shows: 'every device: all its bytes, and those of the current month', make: printDevices, knows: ['device'] },
  users: { shows: 'every user: bytes of its devices, and of its WireGuard peers', make: printUsers, knows: [] },
  wan: { shows: 'the uplinks and their sum', make: printWan, knows: [] },
  peers: { shows: 'WireGuard peers', make: printPeers, knows: [] },
  quotas: { shows: 'how everything stands in its quotas', make: printQuotas, knows: [] },
  tariffs: { shows: 'the current month by tariff', make: printTariffs, knows: [] },
  reconciliation: { shows: "each gateway's uplinks compared with its hosts", make: printReconciliation, knows: [] },
  routers: { shows: 'when each source of each router was last read', make: printRouters, knows: [] },
  months: { shows: 'billing months, with the devices that used most', make: printMonths, knows: ['device', 'from', 'to', 'last'] },
  days: { shows: 'days, with the devices that used most', make: printDays, knows: ['device', 'from', 'to', 'last'] },
  audit: { shows: 'what was out of the ordinary, newest at the bottom', make: printAudit, knows: ['device', 'from', 'to', 'last'] },
} as const satisfies Record<string, Print>;

export type PrintName = keyof typeof PRINTS;

/** With a total, because some bytes have no direction. */
const USED = [
  ...[last(right('Download')), last(right('Upload')), right('Total')],
  ...[late(right('Month down')), late(right('Month up')), right('Month total')],
];

const BYTES = [late(right('Download')), late(right('Upload')), right('Month down'), right('Month up')];

async function printDevices(view: LedgerView, { device }: Selection): Promise<Printed> {
  const isWanted = ({ mac }: { mac: string }) => device === null || mac === device.mac;
  const rows = deviceRows(view).filter(isWanted);
  const answer = devicesAnswer(view);
  const past = view.drawsBlocks ? await sparklines(view) : null;
  return {
    columns: [name('Device'), extra('MAC'), extra('Address'), ...(past === null ? [] : [PAST]), ...USED, extra('Last seen')],
    rows: rows.map((row) => [
      row.userTitle === null ? row.name : `${row.name} (${row.userTitle})`,
      row.macs.length > 1 ? `${row.mac} +${row.macs.length - 1}` : row.mac,
      row.ips[0] ?? '',
      ...(past === null ? [] : [past.get(row.mac) ?? '']),
      ...used(view, row),
      row.lastSeen === null ? 'private' : seen(view, row.lastSeen),
    ]),
    summary: rows.length === 0 ? 'No device has been counted yet' : `${count(rows.length, 'device')}; ${monthText(view.months.home)}`,
    json: { ...answer, devices: answer.devices.filter(isWanted) },
  };
}

function printUsers(view: LedgerView): Printed {
  const rows = userRows(view);
  const size = bytesIn(view.units);
  const withPeers = rows.some(({ peers }) => peers > 0);
  return {
    columns: [
      name('User'),
      late(right('Devices')),
      ...USED,
      ...(withPeers ? ['Peers', 'Peers down', 'Peers up'].map((title) => late(right(title))) : []),
    ],
    rows: rows.map((row) => [
      titleWithKey(row),
      String(row.devices),
      ...used(view, row),
      ...(withPeers ? [String(row.peers), size(row.peerMonth.download), size(row.peerMonth.upload)] : []),
    ]),
    summary:
      rows.length === 0
        ? 'The configuration has no users'
        : `${count(rows.filter(({ name }) => name !== OTHERS).length, 'user')}; ${monthText(view.months.home)}${withPeers ? '; bytes of peers are those of the month, and may also be in those of devices' : ''}`,
    json: usersAnswer(view),
  };
}

function printWan(view: LedgerView): Printed {
  const rows = wanRows(view);
  const sum = homeTraffic(view);
  return {
    columns: [name('Router'), name('Uplink'), ...BYTES, extra('Month'), extra('Last seen')],
    rows: [
      ...rows.map((row) => [
        row.router,
        row.overlay ? `${row.interface} (inside another uplink)` : row.interface,
        ...bytes(view, row),
        `${dayText(row.period.start)} to ${dayText(row.period.end - 1)}`,
        row.lastSeen === null ? 'never' : seen(view, row.lastSeen),
      ]),
      ...(rows.length > 1 ? [['sum', '', ...bytes(view, sum), '', '']] : []),
    ],
    summary: rows.length === 0 ? 'No uplink has been counted yet' : `${count(rows.length, 'uplink')}; ${monthText(view.months.home)}`,
    json: wanAnswer(view),
  };
}

function printPeers(view: LedgerView): Printed {
  const rows = peerRows(view);
  const online = rows.filter((row) => row.online).length;
  return {
    columns: [name('Router'), extra('Interface'), name('Peer'), extra('Addresses'), extra('State'), ...BYTES, extra('Last handshake')],
    rows: rows.map((row) => [
      row.router,
      row.interface,
      row.name,
      row.allowedIps.join(', '),
      row.online ? 'online' : row.state,
      ...bytes(view, row),
      row.isPrivate ? 'private' : row.latestHandshake === null ? 'never' : seen(view, row.latestHandshake),
    ]),
    summary:
      rows.length === 0
        ? 'No WireGuard peer is known yet'
        : `${count(rows.length, 'peer')}, ${online} online; ${monthText(view.months.home)}`,
    json: peersAnswer(view),
  };
}

function printRouters(view: LedgerView): Printed {
  const readers = [...view.books.readers.values()].sort((a, b) => (a.router < b.router ? -1 : a.router > b.router ? 1 : 0));
  const unread = view.configured.filter((name) => !readers.some(({ router }) => router === name));
  const names = new Set([...readers.map(({ router }) => router), ...unread]);
  return {
    columns: [name('Router'), left('Source'), left('Last reading'), { ...prose('Read by'), leaves: 'early' }],
    rows: [
      ...readers.map(({ router, source, readAt, origin }) => [router, source, seen(view, readAt), shownUrl(origin)]),
      ...unread.map((name) => [name, '', 'never', '']),
    ],
    summary: `${names.size === 0 ? 'No router has been read yet' : count(names.size, 'router')}; /api/v1/routers of the service shows the results of the last readings`,
    json: {
      sources: readers.map(({ router, source, readAt, origin }) => ({
        router,
        source,
        last_reading: instantText(readAt),
        read_by: shownUrl(origin),
      })),
      never_read: unread,
    },
  };
}

const used = ({ units }: LedgerView, row: { total: Used; month: Used }): string[] =>
  [row.total, row.month].flatMap((usage) => {
    const { download, upload, total } = figuresOf(usage);
    return [download, upload, total].map(knownIn(units));
  });

const bytes = ({ units }: LedgerView, { total, month }: { total: Bytes; month: Bytes }): string[] =>
  [total.download, total.upload, month.download, month.upload].map(bytesIn(units));

type Bytes = { download: number; upload: number };

const monthText = ({ start, end }: Month): string => `the month runs from ${dayText(start)} to ${dayText(end - 1)}`;
