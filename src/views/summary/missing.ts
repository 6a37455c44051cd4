import { figuresOf, NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import type { AuditKind } from '../../ledger/books.ts';
import type { AuditRecord } from '../../ledger/storage/read-audit.ts';
import { bytesOfRow, meaningOf, silenceOf, whyText } from '../audit-words.ts';
import { formatSpan } from '../format.ts';

/** Kinds of audit row that mean, or may mean, that bytes are not in the figures. Others say that nothing is missing. */
export const MISSING_KINDS = [
  'gap',
  'reset',
  'dip',
  'rejected',
  'full',
  'skipped',
  'machine',
  'restore',
  'forget',
] as const satisfies AuditKind[];
type MissingKind = (typeof MISSING_KINDS)[number];

/** What happened to one source of one router in a time, however often, so that bytes may not be in the figures. */
export interface Missing {
  kind: MissingKind;
  /** Empty for the ledger itself. */
  router: string;
  source: string;
  times: number;
  /** Bytes that were refused; null where nobody knows how many are missing. */
  refused: Used | null;
  /** What is missing and why: a sentence without a period. */
  why: string;
}

/** Sources whose counters are added up; without the others, no byte is missing. */
const SOURCES: Readonly<Record<string, string>> = {
  stations: 'Wi-Fi stations',
  wan: 'Uplinks',
  hosts: 'Hosts',
  statistics: 'Statistics',
  peers: 'WireGuard peers',
  '': '',
};

/** Audit rows as what they have in common, the refused bytes first, then what happened most often. */
export function missingOf(rows: readonly AuditRecord[]): Missing[] {
  const groups = new Map<string, AuditRecord[]>();
  for (const row of rows.filter(concerns)) {
    const key = JSON.stringify([row.kind, row.router, row.source, row.kind === 'reset' ? row.why : '']);
    const others = groups.get(key);
    if (others === undefined) groups.set(key, [row]);
    else others.push(row);
  }
  const refusedBytes = ({ refused }: Missing) => refused?.total ?? 0;
  return [...groups.values()].map(oneOf).sort((a, b) => refusedBytes(b) - refusedBytes(a) || b.times - a.times);
}

const isMissingKind = (kind: string): kind is MissingKind => MISSING_KINDS.some((known) => known === kind);

/** A counter that is back at what it showed, or that later readings decide on, has lost nothing. */
const concerns = ({ kind, source, why }: AuditRecord): boolean =>
  isMissingKind(kind) && Object.hasOwn(SOURCES, source) && (kind !== 'dip' || why === 'shows less');

function oneOf(rows: readonly AuditRecord[]): Missing {
  const [first] = rows;
  if (first === undefined || !isMissingKind(first.kind)) throw new Error('No rows of one kind');
  const { kind, router, source } = first;
  const isRefused = meaningOf(kind).outcome === 'refused';
  return {
    ...{ kind, router, source, times: rows.length },
    refused: isRefused ? rows.map(bytesOfRow).reduce(plusUsage, NO_USAGE) : null,
    why: whyOf(kind, rows),
  };
}

function whyOf(kind: MissingKind, rows: readonly AuditRecord[]): string {
  const [newest] = rows;
  const said = newest === undefined ? '' : whyText(newest);
  switch (kind) {
    case 'gap':
      return `No reading for ${formatSpan(rows.reduce((sum, row) => sum + silenceOf(row), 0))} in all; the bytes of that time are spread over it, without those of counters that were gone or had restarted`;
    case 'reset':
      return `${said}; what it had counted since the reading before is missing`;
    case 'skipped':
      return `${said}; what they count is missing unless a later answer shows it`;
    case 'dip':
    case 'rejected':
    case 'full':
    case 'machine':
    case 'restore':
    case 'forget':
      return said;
    default:
      return kind satisfies never;
  }
}

/** Where it happened, such as `Uplinks of gateway`. */
function placeOf({ router, source }: Pick<Missing, 'router' | 'source'>): string {
  const what = SOURCES[source] ?? source;
  if (what === '') return router === '' ? 'The ledger' : `Router ${router}`;
  return router === '' ? what : `${what} of ${router}`;
}

/** One line for a person: where, how often, how much, why. */
export function missingText(missing: Missing, size: (bytes: number) => string): string {
  const { times, refused, why } = missing;
  const often = times === 1 ? '' : `, ${count(times, 'time')}`;
  const much = refused === null || refused.total === 0 ? '' : `, ${amount(refused, size)} refused`;
  return `${placeOf(missing)}${often}${much}: ${why}`;
}

function amount(used: Used, size: (bytes: number) => string): string {
  const { download, upload, undirected } = figuresOf(used);
  const parts = [part(download, ' down', size), part(upload, ' up', size), part(undirected, '', size)];
  return parts.flatMap((one) => one ?? []).join(' and ');
}

const part = (bytes: number | null, way: string, size: (bytes: number) => string): string | null =>
  bytes === null || bytes === 0 ? null : `${size(bytes)}${way}`;
