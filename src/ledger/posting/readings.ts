import type { CounterRules, Reading } from '../../domain/counter.ts';
import { hostCounter, peerCounter, stationCounter, uplinkCounter } from '../../domain/counter-names.ts';
import type { HostCounter, Observation, Peer, Uplink } from '../../domain/observation.ts';
import { type AccountName, deviceAccount } from '../account.ts';

/** A reading and the accounts that its increase is posted to. */
export interface PostedReading extends Reading {
  accounts: AccountName[];
  /** An account that gets none of its bytes, because others feed it, but is seen by it. */
  shows?: AccountName;
}

export interface CounterAnswer {
  rules: CounterRules;
  /**
   * What counts as seen: that the counter is in the answer, or that bytes moved. A host's counter stays a day after the host left.
   * Rule: last seen.
   */
  seenBy: 'counter' | 'bytes';
  readings: PostedReading[];
}

export interface ReadingTerms {
  /** Which source device accounts are fed from. */
  deviceBytes: 'stations' | 'hosts' | 'nothing';
  /** The MAC that an address of the router's network belongs to, or null. */
  ownerOf: (ip: string) => string | null;
}

/** The counters of an observation and the accounts that they feed, or null where it has none. Rule: device account. */
export function readingsOf(router: string, observation: Observation, terms: ReadingTerms): CounterAnswer | null {
  switch (observation.source) {
    case 'stations':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.stations.map(({ interface: name, mac, counter = stationCounter(name, mac), bytes, bits, epoch, access }) => {
          const station: AccountName = { kind: 'station', router, interface: '', key: mac };
          const device = deviceAccount(mac);
          const reading = { counter, bytes, bits, epoch };
          if (!access) return { ...reading, accounts: [station] };
          return terms.deviceBytes === 'stations'
            ? { ...reading, accounts: [station, device] }
            : { ...reading, accounts: [station], shows: device };
        }),
      };
    case 'wan':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: countedUplinks(observation.uplinks).flatMap((uplink) => uplinkReading(router, uplink) ?? []),
      };
    case 'hosts':
      return { rules: observation.rules, seenBy: 'bytes', readings: hostReadings(router, observation.hosts, terms) };
    case 'peers':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.peers.flatMap((peer) => peerReading(router, peer) ?? []),
      };
    case 'leases':
    case 'neighbours':
      return null;
    default:
      return observation satisfies never;
  }
}

/** Uplinks of one answer, each of which is compared with all others. Rule: small. */
export const MOST_UPLINKS = 64;

/** Those with a counter, up to a bound; one that an answer shows twice is one. */
export function countedUplinks(uplinks: readonly Uplink[]): Uplink[] {
  const found = new Map<string, Uplink>();
  for (const uplink of uplinks) {
    const counter = uplinkCounter(uplink.name, uplink.device);
    if (uplink.bytes !== null && found.size < MOST_UPLINKS && !found.has(counter)) found.set(counter, uplink);
  }
  return [...found.values()];
}

function uplinkReading(router: string, { name, device, bytes, bits, epoch, overlay }: Uplink): PostedReading | null {
  if (bytes === null) return null;
  return {
    counter: uplinkCounter(name, device),
    bytes,
    bits,
    epoch,
    accounts: [{ kind: 'wan', router, interface: name, key: '', overlay }],
  };
}

/** A host has four counters or more, whose bytes go to the same accounts. */
function hostReadings(router: string, hosts: readonly HostCounter[], terms: ReadingTerms): PostedReading[] {
  const known = new Map<string, AccountName[]>();
  return hosts.map((host) => {
    const { mac, ip, counter = hostCounter(host), bytes, bits, epoch } = host;
    const owner = mac ?? terms.ownerOf(ip);
    const key = owner ?? ip;
    const accounts = known.get(key) ?? hostAccounts(router, key, owner === null, terms);
    known.set(key, accounts);
    return { counter, bytes, bits, epoch, accounts };
  });
}

function hostAccounts(router: string, key: string, isUnknown: boolean, { deviceBytes }: ReadingTerms): AccountName[] {
  const host: AccountName = { kind: 'host', router, interface: '', key };
  if (deviceBytes !== 'hosts') return [host];
  return [host, isUnknown ? { kind: 'address', router, interface: '', key } : deviceAccount(key)];
}

function peerReading(router: string, { interface: name, publicKey, bytes, bits, epoch }: Peer): PostedReading | null {
  if (bytes === null) return null;
  return {
    counter: peerCounter(name, publicKey),
    bytes,
    bits,
    epoch,
    accounts: [{ kind: 'peer', router, interface: name, key: publicKey }],
  };
}
