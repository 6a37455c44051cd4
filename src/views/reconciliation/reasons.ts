import { minuteText } from '../../domain/calendar.ts';
import type { HostMethod } from '../../domain/observation.ts';
import { isZero, NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import type { Evidence } from './evidence.ts';
import type { Gateway } from './gateways.ts';

/** Why an uplink and the hosts behind it differ. */
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
  /** How many bytes it concerns; null if unknown. */
  bytes: Traffic | null;
  /** Those bytes are a part of this month's unattributed ones. */
  known: boolean;
}

/** The facts that reasons are derived from. */
export interface GatewayFacts extends Gateway {
  unattributed: Traffic;
  /** What the uplinks have in the month from before both sides were counted, imported bytes included. */
  before: Traffic;
  /** What peers moved through tunnels that are not uplinks, while both sides were counted. */
  inTunnels: Traffic;
  /** Unix ms; null if there is none. */
  hostsSince: number | null;
  wanSince: number | null;
  monthStart: number;
  timezone: string;
  /** Bytes as text. */
  size: (bytes: number) => string;
  /** The uplinks have the same month as the home, which peers are counted by. */
  samePeriod: boolean;
  method: HostMethod | null;
  uncounted: Traffic | null;
  offload: { software: boolean; hardware: boolean } | null;
  /** Unix ms of the last reading. */
  readAt: { hosts: number | null; wan: number | null };
  evidence: Evidence | null;
}

/** If hosts were read this much earlier than the uplink, their bytes since then are missing, ms. */
const SILENCE_MS = 120_000;

/** The likely reasons, certain and large ones first. The router's own traffic is always one. */
export function reasonsOf(facts: GatewayFacts): Reason[] {
  const all = [countedSince, offload, overflow, peers, refused, silent, gaps, tunnel, uplinkSince, larger];
  return [...all.flatMap((reason) => reason(facts) ?? []), OWN];
}

const OWN: Reason = {
  kind: 'own',
  text:
    'Always a part of it: the traffic of the router itself (updates, DNS lookups) and headers that an uplink counts and hosts do not: usually 1 to 5 %, ' +
    'up to a third in a direction that carries mostly acknowledgements',
  bytes: null,
  known: false,
};

function countedSince({ hostsSince, monthStart, wanSince, timezone, before, size }: GatewayFacts): Reason | null {
  if (hostsSince === null) return { kind: 'counted_since', text: 'No host has been counted yet', bytes: null, known: false };
  // In the first hour of the uplink: the first host was seen a little later.
  if (hostsSince <= Math.max(monthStart, wanSince ?? 0) || isZero(before)) return null;
  const text = `Hosts have only been counted since ${minuteText(hostsSince, timezone)}; the ${both(before, size)} that the uplink has from before are not compared`;
  return { kind: 'counted_since', text, bytes: before, known: false };
}

/** nlbwmon reads conntrack, which also counts offloaded flows. */
function offload({ offload: offloading, method }: GatewayFacts): Reason | null {
  if (offloading === null || method === 'nlbwmon') return null;
  if (offloading.hardware) {
    return {
      kind: 'hardware_offload',
      text: 'Hardware flow offloading is on: most packets bypass the host counters, and some drivers hide them from the uplink too',
      bytes: null,
      known: false,
    };
  }
  if (!offloading.software) return null;
  return {
    kind: 'software_offload',
    text: 'Software flow offloading is on: most packets of long connections bypass the host counters',
    bytes: null,
    known: false,
  };
}

function overflow({ uncounted, method, size }: GatewayFacts): Reason | null {
  if (uncounted === null || isZero(uncounted)) return null;
  const why = method === 'iptables' ? 'no rule yet, or no room' : 'no room';
  const text = `The router had ${why} for addresses with ${both(uncounted, size)}, since its counting started`;
  return { kind: 'overflow', text, bytes: uncounted, known: false };
}

/** A peer's packet to the Internet crosses the uplink twice, and one to the home once: inside the tunnel it is the peer's, outside the router's. */
function peers({ inTunnels: inside, samePeriod, size }: GatewayFacts): Reason | null {
  if (isZero(inside)) return null;
  const bytes = { download: inside.upload, upload: inside.download };
  const text = `WireGuard peers moved ${both(inside, size)} through their tunnels, which the uplink carried in the opposite direction: the home uploads what a peer downloads`;
  // With another billing day, their bytes are of another month.
  return samePeriod
    ? { kind: 'peers', text, bytes, known: true }
    : { kind: 'peers', text: `${text}, in the home's month`, bytes, known: false };
}

function refused({ evidence, size }: GatewayFacts): Reason | null {
  if (evidence === null || isZero(evidence.refusedHosts)) return null;
  const bytes = evidence.refusedHosts;
  return {
    kind: 'refused',
    text: `${both(bytes, size)} of hosts were rejected, because no line could have carried them`,
    bytes,
    known: false,
  };
}

function silent({ readAt, timezone }: GatewayFacts): Reason | null {
  if (readAt.hosts === null || readAt.wan === null || readAt.wan - readAt.hosts < SILENCE_MS) return null;
  const text = `Hosts were last read on ${minuteText(readAt.hosts, timezone)}, the uplink on ${minuteText(readAt.wan, timezone)}; what they moved since then is added with their next reading`;
  return { kind: 'silent', text, bytes: null, known: false };
}

function gaps({ evidence }: GatewayFacts): Reason | null {
  if (evidence === null || evidence.gaps === 0) return null;
  const times = evidence.gaps === 1 ? 'once' : `${evidence.gaps} times`;
  const text = `Hosts were not read for a while, ${times}: the bytes of a host that had left before the next reading are missing`;
  return { kind: 'gaps', text, bytes: null, known: false };
}

function tunnel({ overlays, size }: GatewayFacts): Reason | null {
  const bytes = monthSum(overlays);
  if (isZero(bytes)) return null;
  const names = overlays.map(({ interface: name }) => name).join(', ');
  const text = `${names} carried ${both(bytes, size)} inside another uplink, where every packet is about 20 to 80 bytes larger`;
  return { kind: 'tunnel', text, bytes, known: false };
}

function uplinkSince({ hostsSince, wanSince, monthStart, timezone }: GatewayFacts): Reason | null {
  if (hostsSince === null || wanSince === null || wanSince <= Math.max(hostsSince, monthStart)) return null;
  const text = `The uplink has only been counted since ${minuteText(wanSince, timezone)}, later than the hosts; what they moved before is not compared`;
  return { kind: 'uplink_since', text, bytes: null, known: false };
}

function larger({ unattributed, evidence, size }: GatewayFacts): Reason | null {
  const more = { download: Math.max(0, -unattributed.download), upload: Math.max(0, -unattributed.upload) };
  if (isZero(more)) return null;
  const refusedWan = evidence?.refusedWan ?? NOTHING;
  const why = isZero(refusedWan)
    ? 'they also use a connection that is not an uplink here, or the uplink was created again between two readings and its last bytes were lost'
    : `${both(refusedWan, size)} of the uplink were rejected, because no line could have carried them`;
  return { kind: 'larger', text: `The hosts have ${both(more, size)} more than the uplink: ${why}`, bytes: more, known: false };
}

export const monthSum = (accounts: readonly Account[]): Traffic => accounts.map(({ month }) => month).reduce(plus, NOTHING);

/** `1.50 GiB down and 200 MiB up`, without a direction that is 0. */
export function both(bytes: Traffic, size: (bytes: number) => string): string {
  if (total(bytes) === 0) return size(0);
  const parts = [bytes.download > 0 ? `${size(bytes.download)} down` : '', bytes.upload > 0 ? `${size(bytes.upload)} up` : ''];
  return parts.filter((part) => part !== '').join(' and ');
}
