import { localText } from '../../domain/calendar.ts';
import type { HostMethod } from '../../domain/observation.ts';
import { isZero, NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import { formatBytes } from '../format.ts';
import type { Evidence } from './evidence.ts';
import type { Gateway } from './gateways.ts';

/** Why an uplink and the hosts behind it do not agree. */
export const REASON_KINDS = [
  'counted_since',
  'hardware_offload',
  'software_offload',
  'overflow',
  'peers',
  'refused',
  'silent',
  'gaps',
  'tunnel',
  'uplink_since',
  'larger',
  'own',
] as const;
type ReasonKind = (typeof REASON_KINDS)[number];

export interface Reason {
  kind: ReasonKind;
  /** A sentence without a period. */
  text: string;
  /** How much it is about; null where that cannot be told. */
  bytes: Traffic | null;
  /** Those bytes are a part of this month's unattributed ones. */
  known: boolean;
}

/** What reasons are found in. */
export interface GatewayFacts extends Gateway {
  unattributed: Traffic;
  /** Unix ms; null where there is none. */
  hostsSince: number | null;
  wanSince: number | null;
  monthStart: number;
  timezone: string;
  /** The month of the uplinks is the home's, by which peers are counted. */
  samePeriod: boolean;
  method: HostMethod | null;
  uncounted: Traffic | null;
  offload: { software: boolean; hardware: boolean } | null;
  /** Unix ms of the last reading. */
  readAt: { hosts: number | null; wan: number | null };
  evidence: Evidence | null;
}

/** Hosts that were read so much earlier than the uplink lack what they moved since, ms. */
const SILENCE_MS = 120_000;

/** The likely reasons, those that are sure and large first. What the router itself moves is always one. */
export function reasonsOf(facts: GatewayFacts): Reason[] {
  const all = [countedSince, offload, overflow, peers, refused, silent, gaps, tunnel, uplinkSince, larger];
  return [...all.flatMap((reason) => reason(facts) ?? []), OWN];
}

const OWN: Reason = {
  kind: 'own',
  text:
    'Always a part of it: what the router moves itself (updates, name look-ups) and the headers that an uplink counts and hosts do not: mostly 1 to 5 %, ' +
    'up to a third in a direction that carries little but acknowledgements',
  bytes: null,
  known: false,
};

function countedSince({ hostsSince, monthStart, wanSince, timezone, evidence }: GatewayFacts): Reason | null {
  if (hostsSince === null) return { kind: 'counted_since', text: 'No host has been counted yet', bytes: null, known: false };
  if (hostsSince <= Math.max(monthStart, wanSince ?? 0)) return null;
  const bytes = evidence?.before ?? null;
  // Within the hour of the uplink's own beginning: the first host was seen a little later.
  if (bytes !== null && isZero(bytes)) return null;
  const before = bytes === null ? 'what the uplink carried before belongs to nobody' : `before that the uplink carried ${both(bytes)}`;
  return { kind: 'counted_since', text: `Hosts are counted since ${minute(hostsSince, timezone)} only; ${before}`, bytes, known: true };
}

/** nlbwmon asks conntrack, which offloaded flows do not pass by. */
function offload({ offload: offloading, method }: GatewayFacts): Reason | null {
  if (offloading === null || method === 'nlbwmon') return null;
  if (offloading.hardware) {
    return {
      kind: 'hardware_offload',
      text: 'Hardware flow offloading is on: most packets pass the counters of hosts by, and some drivers hide them from the uplink too',
      bytes: null,
      known: false,
    };
  }
  if (!offloading.software) return null;
  return {
    kind: 'software_offload',
    text: 'Software flow offloading is on: most packets of long connections pass the counters of hosts by',
    bytes: null,
    known: false,
  };
}

function overflow({ uncounted, method }: GatewayFacts): Reason | null {
  if (uncounted === null || isZero(uncounted)) return null;
  const why = method === 'iptables' ? 'no rule yet, or no room' : 'no room';
  const text = `The router had ${why} for the addresses of ${both(uncounted)}, since its counting began`;
  return { kind: 'overflow', text, bytes: uncounted, known: false };
}

/** A peer's packet to the Internet passes the uplink twice, and one to the home once: inside the tunnel it is its own, outside the router's. */
function peers({ peers: accounts, overlays, samePeriod }: GatewayFacts): Reason | null {
  const tunnels = new Set(overlays.map(({ interface: name }) => name));
  const own = accounts.filter(({ interface: name }) => !tunnels.has(name));
  const inside = own.map(({ month }) => month).reduce(plus, NOTHING);
  if (isZero(inside)) return null;
  const bytes = { download: inside.upload, upload: inside.download };
  const text = `WireGuard peers moved ${both(inside)} through their tunnels, which the uplink carried the other way round: what a peer downloads the home uploads`;
  // By another billing day their figure is of another month.
  return samePeriod
    ? { kind: 'peers', text, bytes, known: true }
    : { kind: 'peers', text: `${text}, in the home's month`, bytes, known: false };
}

function refused({ evidence }: GatewayFacts): Reason | null {
  if (evidence === null || isZero(evidence.refusedHosts)) return null;
  const bytes = evidence.refusedHosts;
  return { kind: 'refused', text: `${both(bytes)} of hosts were refused, because no line could have carried them`, bytes, known: false };
}

function silent({ readAt, timezone }: GatewayFacts): Reason | null {
  if (readAt.hosts === null || readAt.wan === null || readAt.wan - readAt.hosts < SILENCE_MS) return null;
  const text = `Hosts were last read on ${minute(readAt.hosts, timezone)}, the uplink on ${minute(readAt.wan, timezone)}; what they moved since comes with their next reading`;
  return { kind: 'silent', text, bytes: null, known: false };
}

function gaps({ evidence }: GatewayFacts): Reason | null {
  if (evidence === null || evidence.gaps === 0) return null;
  const times = evidence.gaps === 1 ? 'once' : `${evidence.gaps} times`;
  const text = `Hosts were not read for a while, ${times}: a host that had left by the next reading has no bytes of that time`;
  return { kind: 'gaps', text, bytes: null, known: false };
}

function tunnel({ overlays }: GatewayFacts): Reason | null {
  const bytes = sumOf(overlays);
  if (isZero(bytes)) return null;
  const names = overlays.map(({ interface: name }) => name).join(', ');
  const text = `${names} carried ${both(bytes)} inside another uplink, where every packet is some 20 to 80 bytes larger`;
  return { kind: 'tunnel', text, bytes, known: false };
}

function uplinkSince({ hostsSince, wanSince, monthStart, timezone }: GatewayFacts): Reason | null {
  if (hostsSince === null || wanSince === null || wanSince <= Math.max(hostsSince, monthStart)) return null;
  const text = `The uplink is counted since ${minute(wanSince, timezone)} only, later than the hosts`;
  return { kind: 'uplink_since', text, bytes: null, known: false };
}

function larger({ unattributed, evidence }: GatewayFacts): Reason | null {
  const more = { download: Math.max(0, -unattributed.download), upload: Math.max(0, -unattributed.upload) };
  if (isZero(more)) return null;
  const refusedWan = evidence?.refusedWan ?? NOTHING;
  const why = isZero(refusedWan)
    ? 'they also use a way out that is no uplink here, or the uplink was made anew between two readings and its last bytes went with it'
    : `of the uplink ${both(refusedWan)} were refused, because no line could have carried them`;
  return { kind: 'larger', text: `The hosts' figures are larger than the uplink's by ${both(more)}: ${why}`, bytes: more, known: false };
}

const sumOf = (accounts: readonly Account[]): Traffic => accounts.map(({ month }) => month).reduce(plus, NOTHING);

/** `2026-11-20 19:23`, local. */
const minute = (instant: number, timezone: string): string => localText(instant, timezone).slice(0, 16);

/** `1.50 GiB down and 200 MiB up`, without a direction that is nothing. */
export function both(bytes: Traffic): string {
  if (total(bytes) === 0) return formatBytes(0);
  const parts = [
    bytes.download > 0 ? `${formatBytes(bytes.download)} down` : '',
    bytes.upload > 0 ? `${formatBytes(bytes.upload)} up` : '',
  ];
  return parts.filter((part) => part !== '').join(' and ');
}
