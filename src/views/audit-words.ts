import type { DipReason, ResetReason } from '../domain/change.ts';
import { directedUsage, type Used, undirectedUsage } from '../domain/traffic.ts';
import type { AuditKind } from '../ledger/books.ts';
import type { AuditRecord } from '../ledger/storage/read-audit.ts';
import { formatBitRate, formatSpan } from './format.ts';
import { type NamesView, nameOf } from './view.ts';

/** What became of the bytes that an audit row names. */
export type Outcome = 'booked' | 'refused' | 'noted';

/** Each kind in two or three words, and what became of its bytes; docs/use/ledger.md explains them. */
const KINDS: Readonly<Record<AuditKind, { title: string; outcome: Outcome }>> = {
  reset: { title: 'Counter reset', outcome: 'booked' },
  dip: { title: 'Counter dipped', outcome: 'noted' },
  wrap: { title: 'Counter wrapped', outcome: 'booked' },
  rejected: { title: 'Rejected', outcome: 'refused' },
  gap: { title: 'Gap', outcome: 'noted' },
  clock: { title: 'Clock', outcome: 'noted' },
  stale: { title: 'Old answer', outcome: 'noted' },
  machine: { title: 'Another machine', outcome: 'noted' },
  full: { title: 'No room', outcome: 'refused' },
  skipped: { title: 'Lines skipped', outcome: 'noted' },
  adopt: { title: 'Renamed', outcome: 'noted' },
  import: { title: 'Imported', outcome: 'booked' },
  restore: { title: 'Restored', outcome: 'noted' },
  forget: { title: 'Forgotten', outcome: 'noted' },
  hosts: { title: 'Hosts counted', outcome: 'noted' },
  learned: { title: 'Address known', outcome: 'noted' },
  access: { title: 'Access', outcome: 'noted' },
  wire: { title: 'One wire', outcome: 'noted' },
  bonus: { title: 'Bonus', outcome: 'noted' },
  limit: { title: 'Limit', outcome: 'noted' },
};

/** Every kind of row that this program writes. */
export const AUDIT_KINDS = Object.keys(KINDS) as AuditKind[];

/** A kind written by a newer program is shown by its own name, and nothing is claimed about its bytes. */
export const meaningOf = (kind: string): { title: string; outcome: Outcome } =>
  Object.hasOwn(KINDS, kind) ? KINDS[kind as AuditKind] : { title: kind, outcome: 'noted' };

const RESET_WORDS: Readonly<Record<ResetReason, string>> = {
  fell: 'It was lower than before, so it had restarted at zero',
  'stayed below': 'It has stayed lower than before for so long that it counts from the least that it showed',
  boot: 'The router had rebooted, and its counters restarted',
  'new device': 'What counts was created again: the network device, the firewall table, or the accounting period',
  'new association': 'The device had left the Wi-Fi and returned',
  'line left over': 'The list had one more line than the previous lines explain, so one had started at zero',
};

const DIP_WORDS: Readonly<Record<Exclude<DipReason, 'still shows less' | 'may still have restarted'>, string>> = {
  'shows less':
    'It shows less than before, though nothing shows that it restarted; nothing is booked until it passes what it showed, or stays below for long',
  'may have restarted':
    'It shows less than half of what it did, and nothing shows whether it restarted; nothing is booked until a later reading decides it',
  'came back': 'It is back at what it showed before it fell, so it had not restarted; only what it shows more is booked',
};

const TOO_FAST = /^more than (\d+) bit\/s could carry in (\d+) s$/;
const SILENCE = /^no reading for (\d+) s$/;

/** Seconds without a reading that a row reports; 0 if it reports none. */
export const silenceOf = ({ why }: Pick<AuditRecord, 'why'>): number => Number(SILENCE.exec(why)?.[1] ?? 0);

/** Why, in a sentence without a period. */
export function whyText({ kind, why }: Pick<AuditRecord, 'kind' | 'why'>): string {
  if (kind === 'reset' && Object.hasOwn(RESET_WORDS, why)) return RESET_WORDS[why as ResetReason];
  if (kind === 'dip' && Object.hasOwn(DIP_WORDS, why)) return DIP_WORDS[why as keyof typeof DIP_WORDS];
  const [, bits, seconds] = TOO_FAST.exec(why) ?? [];
  if (bits !== undefined) return `More than ${formatBitRate(Number(bits) / 8)} could carry in ${formatSpan(Number(seconds))}`;
  const [, silence] = SILENCE.exec(why) ?? [];
  if (silence !== undefined) return `No reading for ${formatSpan(Number(silence))}; the bytes since then are spread over that time`;
  return why.charAt(0).toUpperCase() + why.slice(1);
}

/** What a row is about. */
export interface Subject {
  /** In words: a device or an uplink by its name. */
  text: string;
  mac: string | null;
  interface: string | null;
}

/** The bytes that a row names. Those of statistics have no direction. */
export const bytesOfRow = ({ source, download, upload }: Pick<AuditRecord, 'source' | 'download' | 'upload'>): Used =>
  source === 'statistics' ? undirectedUsage({ alone: download + upload, repeated: 0 }) : directedUsage({ download, upload });

const MAC_AT_END = /^(?:(.+) )?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/;
const WHOLE: Readonly<Record<string, string>> = {
  stations: 'all stations',
  wan: 'all uplinks',
  leases: 'all leases',
  hosts: 'all hosts',
  statistics: 'all machines',
  peers: 'all peers',
};

/** A station's counter is `INTERFACE MAC` or the MAC alone, that of an uplink `NAME DEVICE`. */
export function subjectOf(view: NamesView, { router, source, counter }: AuditRecord): Subject {
  const [, machine, ip] = source === 'statistics' ? (/^(\S+) (\S+)$/.exec(counter) ?? []) : [];
  if (machine !== undefined && ip !== undefined) return { text: `${nameOf(view, machine)} at ${ip}`, mac: machine, interface: null };
  const [, on, mac] = MAC_AT_END.exec(counter) ?? [];
  if (mac !== undefined) {
    const name = nameOf(view, mac);
    return { text: on === undefined ? name : `${name} on ${on}`, mac, interface: on ?? null };
  }
  if (counter === '') {
    const whole = source === '' ? (router === '' ? 'the ledger' : 'the router') : (WHOLE[source] ?? source);
    return { text: whole, mac: null, interface: null };
  }
  if (source !== 'wan') return { text: counter, mac: null, interface: null };
  const [, name = counter, device = ''] = /^(.*) (\S*)$/.exec(counter) ?? [];
  return { text: device === '' || device === name ? `uplink ${name}` : `uplink ${name} (${device})`, mac: null, interface: name };
}
