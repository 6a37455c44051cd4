import { minuteText } from '../../domain/calendar.ts';
import { shortKey } from '../../domain/public-key.ts';
import { figuresOf, type Traffic, total, type Used } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { bytesIn, formatShare, knownIn } from '../format.ts';
import { distinct } from '../rows/distinct.ts';
import type { UsageChange } from './changes.ts';
import { missingText } from './missing.ts';
import { isReached, nameOfQuota, quotaText } from './quota-words.ts';
import type { Summary } from './summary.ts';
import { changeShort, comparedText, gatewayText, isUnknown, periodText, sinceText, titleOf } from './words.ts';

/** A summary as parts that every format shows. All texts are plain: a format makes them safe. */
export interface Page {
  title: string;
  /** Which days. */
  subtitle: string;
  sections: readonly Section[];
  /** How it was counted. */
  footer: string;
}

export interface Section {
  /** Null for the first. */
  title: string | null;
  figures?: readonly { name: string; value: string }[];
  bars?: readonly Bar[];
  table?: PageTable;
  lines?: readonly string[];
}

/** How much of a limit is used. */
export interface Bar {
  name: string;
  /** 1 = all of it; more than 1 where it is passed. */
  share: number;
  isReached: boolean;
  text: string;
}

export interface PageTable {
  columns: readonly TableColumn[];
  rows: readonly (readonly string[])[];
}

/** `detail`: a narrow page leaves it out. */
export interface TableColumn {
  title: string;
  is: 'name' | 'figure' | 'detail';
}

/** Rows of a table; the rest is added up in one more. */
const MOST_ROWS = 15;
const MOST_BARS = 12;
const MOST_LINES = 20;

export function pageOf(summary: Summary): Page {
  return {
    title: titleOf(summary),
    subtitle: periodText(summary),
    sections: (isUnknown(summary)
      ? [{ title: null, lines: [sinceText(summary) ?? ''] }]
      : [
          usedSection(summary),
          quotaSection(summary),
          usersSection(summary),
          devicesSection(summary),
          peersSection(summary),
          tariffSection(summary),
          missingSection(summary),
        ]
    ).flatMap((section) => section ?? []),
    footer: footerOf(summary),
  };
}

function usedSection(summary: Summary): Section {
  const { used, units, compared } = summary;
  const since = sinceText(summary);
  const { download, upload, undirected, total: all } = figuresOf(used);
  const size = bytesIn(units);
  const known = [
    ['Download', download],
    ['Upload', upload],
    ['Without a direction', undirected],
  ] as const;
  return {
    title: null,
    figures: [
      ...known.flatMap(([name, bytes]) => (bytes === null ? [] : [{ name, value: size(bytes) }])),
      { name: 'Total', value: size(all) },
    ],
    lines: [...(compared === null ? [] : [comparedText(compared, size)]), ...(since === null ? [] : [since])],
  };
}

function quotaSection({ quotas, units, timezone, running, period: { days } }: Summary): Section | null {
  if (quotas.length === 0) return null;
  const left = quotas.length - MOST_BARS;
  return {
    title: 'Quotas',
    bars: quotas.slice(0, MOST_BARS).map((row) => ({
      name: nameOfQuota(row),
      share: row.used / row.limit,
      isReached: isReached(row),
      text: quotaText(row, { size: bytesIn(units), timezone, running, days }),
    })),
    ...(left > 0 && { lines: [`${left} more: see "wrtmeter print quotas"`] }),
  };
}

const USED: readonly TableColumn[] = [
  { title: 'Download', is: 'detail' },
  { title: 'Upload', is: 'detail' },
  { title: 'Total', is: 'figure' },
  { title: 'Share', is: 'figure' },
];

/** A row of a table: its name, what it used, which part of all that is, and what it used before. */
interface ShareLine {
  name: string;
  used: Used;
  share: number | null;
  change: UsageChange | null;
}

function usageTable(title: string, lines: readonly ShareLine[], units: Summary['units'], most = MOST_ROWS): PageTable {
  const isCompared = lines.some(({ change }) => change !== null);
  const known = knownIn(units);
  const rowOf = ({ name, used, share, change }: ShareLine) => {
    const { download, upload, total: all } = figuresOf(used);
    const cells = [name, known(download), known(upload), known(all), share === null ? '' : formatShare(share)];
    return isCompared ? [...cells, changeShort(change)] : cells;
  };
  const rest = lines.length > most + 1 ? lines.slice(most) : [];
  const all = rest.reduce((sum, { used, share }) => ({ total: sum.total + used.total, share: sum.share + (share ?? 0) }), NO_REST);
  const more = {
    name: `${rest.length} more`,
    used: { directed: null, undirected: null, total: all.total },
    share: all.share,
    change: null,
  };
  return {
    columns: [{ title, is: 'name' }, ...USED, ...(isCompared ? ([{ title: 'Change', is: 'detail' }] as const) : [])],
    rows: [...lines.slice(0, lines.length - rest.length), ...(rest.length > 0 ? [more] : [])].map(rowOf),
  };
}

const NO_REST = { total: 0, share: 0 };

function usersSection({ users, units }: Summary): Section | null {
  if (users.length === 0) return null;
  const size = bytesIn(units);
  const withPeers = users.filter(({ peerBytes }) => total(peerBytes) > 0);
  return {
    title: 'By user',
    table: usageTable(
      'User',
      users.map((row) => ({ ...row, name: row.isPrivate ? `${row.title} (private)` : row.title })),
      units,
      users.length,
    ),
    ...(withPeers.length > 0 && {
      lines: withPeers.map(
        ({ title, peers, peerBytes }) => `${title}, apart from that: ${count(peers, 'WireGuard peer')} with ${size(total(peerBytes))}`,
      ),
    }),
  };
}

function devicesSection({ devices, units, user }: Summary): Section | null {
  if (user?.isPrivate === true) return { title: 'By device', lines: ['This user is private: only totals are shown'] };
  if (devices.length === 0) return { title: 'By device', lines: ['No device was counted'] };
  const named = distinct(
    devices.map((row) => ({
      ...row,
      id: row.mac,
      name: row.userTitle === null || user !== null ? row.name : `${row.name} (${row.userTitle})`,
    })),
  );
  return { title: 'By device', table: usageTable('Device', named, units) };
}

function peersSection({ peers, units }: Summary): Section | null {
  if (peers.length === 0) return null;
  const size = bytesIn(units);
  const named = distinct(peers.map((row) => ({ ...row, id: `${shortKey(row.publicKey)} on ${row.router}` })));
  const rowOf = (name: string, bytes: Traffic) => [name, size(bytes.download), size(bytes.upload), size(total(bytes))];
  const left = peers.length - MOST_ROWS;
  return {
    title: 'WireGuard peers',
    table: {
      columns: [{ title: 'Peer', is: 'name' }, ...USED.slice(0, 3)],
      rows: named.slice(0, MOST_ROWS).map(({ name, bytes }) => rowOf(name, bytes)),
    },
    lines: [
      ...(left > 0 ? [`${left} more: see "wrtmeter print peers"`] : []),
      'Bytes of peers may also be in those of devices, so the two are never added up',
    ],
  };
}

function tariffSection({ tariffs, units }: Summary): Section | null {
  if (tariffs.length === 0) return null;
  const size = bytesIn(units);
  const all = tariffs.reduce((sum, { bytes }) => sum + total(bytes), 0);
  return {
    title: 'By tariff',
    table: {
      columns: [{ title: 'Tariff', is: 'name' }, ...USED],
      rows: tariffs.map(({ tariff, bytes }) => [
        tariff.replaceAll('_', ' '),
        size(bytes.download),
        size(bytes.upload),
        size(total(bytes)),
        all === 0 ? '' : formatShare(total(bytes) / all),
      ]),
    },
  };
}

function missingSection({ missing, auditIsCut, gateways, units, timezone }: Summary): Section {
  const size = bytesIn(units);
  const left = missing.length - MOST_LINES;
  const lines = [
    ...missing.slice(0, MOST_LINES).map((row) => missingText(row, size)),
    ...(left > 0 || auditIsCut ? ['There is more: see "wrtmeter print audit"'] : []),
    ...gateways.flatMap((gateway) => gatewayText(gateway, size, timezone)),
  ];
  return {
    title: 'What could not be counted, and why',
    lines: lines.length > 0 ? lines : ['Nothing is known to be missing'],
  };
}

function footerOf({ countedBy, user, madeAt, timezone, units }: Summary): string {
  const by =
    user !== null
      ? "the sum of the user's devices"
      : countedBy === 'wan'
        ? 'what the uplinks counted'
        : 'the sum of the devices, because no uplink is counted';
  const unit = units === 'si' ? '1 GB is 1000³ bytes' : '1 GiB is 1024³ bytes, 1.07 GB';
  return `The total is ${by}; shares are of all devices. ${unit}. Made by wrtmeter on ${minuteText(madeAt, timezone)} (${timezone}).`;
}
