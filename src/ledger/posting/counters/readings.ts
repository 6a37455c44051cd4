import type { CounterRules, Reading } from '../../../domain/counter.ts';
import { hostCounter, peerCounter, stationCounter, sumCounter, uplinkCounter } from '../../../domain/counter-names.ts';
import type { HostCounter, Observation, Peer, Station, SumCounter, Uplink } from '../../../domain/observation.ts';
import { sumReading } from '../../../domain/traffic.ts';
import { MOST_UPLINKS } from '../../../domain/wire.ts';
import { deviceAccount, undirectedAccount } from '../../account.ts';
import type { AccountRef, RefMaker } from '../../account-refs.ts';
import type { Reader } from '../../books.ts';
import type { Measures } from '../feeding/undirected.ts';

/** The accounts that the increase of a counter is posted to. */
export interface Feeds {
  accounts: readonly AccountRef[];
  /** An account that gets none of its bytes, because others feed it, but is seen by it. */
  shows?: AccountRef;
  /** Its bytes have no direction; whether those since then (Unix ms) are counted with one too. Rule: undirected bytes. */
  undirected?: { isRepeated(since: number): boolean };
}

export interface CounterAnswer {
  rules: CounterRules;
  /**
   * What counts as seen: that the counter is in the answer, or that bytes moved. A host's counter stays a day after the host left.
   * Rule: last seen.
   */
  seenBy: 'counter' | 'bytes';
  readings: readonly Reading[];
  /** What one of these readings feeds. */
  feedsOf(reading: Reading): Feeds;
}

export interface ReadingTerms {
  /** Which source device accounts are fed from. */
  deviceBytes: 'stations' | 'hosts' | 'nothing';
  /** The MAC that an address of the router's network belongs to, or null. */
  ownerOf: (ip: string) => string | null;
  refs: RefMaker;
  /** Of the reader, as they were made for the answers before. */
  feeds: Pick<KnownFeeds, 'of'>;
  measures: Measures;
}

/** The counters of an observation and the accounts that they feed, or null where it has none. Rule: device account. */
export function readingsOf(router: string, observation: Observation, terms: ReadingTerms): CounterAnswer | null {
  const { refs } = terms;
  switch (observation.source) {
    case 'stations':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.stations.every(isNamed) ? observation.stations : observation.stations.map(stationReading),
        feedsOf: ({ mac, access }: Station & Reading) =>
          terms.measures.isAlone(mac)
            ? stationFeeds(refs, router, mac, access, 'nothing')
            : terms.feeds.of(access ? mac : `${mac} link`, () => stationFeeds(refs, router, mac, access, terms.deviceBytes)),
      };
    case 'wan':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: countedUplinks(observation.uplinks).flatMap((uplink) => uplinkReading(uplink) ?? []),
        feedsOf: ({ name, overlay }: Uplink & Reading) => ({
          accounts: [refs.of({ kind: 'wan', router, interface: name, key: '', overlay })],
        }),
      };
    case 'hosts':
      return {
        rules: observation.rules,
        seenBy: 'bytes',
        readings: observation.hosts.every(isNamed) ? observation.hosts : observation.hosts.map(hostReading),
        feedsOf: ({ mac, ip }: HostCounter & Reading) => {
          const owner = mac ?? terms.ownerOf(ip);
          if (owner !== null && terms.deviceBytes === 'hosts' && terms.measures.isAlone(owner)) return firstOfHost(refs, router, owner);
          return terms.feeds.of(owner ?? ip, () => hostFeeds(refs, router, owner ?? ip, owner === null, terms.deviceBytes));
        },
      };
    case 'statistics':
      return {
        rules: observation.rules,
        seenBy: 'bytes',
        readings: observation.machines.map(machineReading),
        feedsOf: ({ mac }: ReturnType<typeof machineReading>) => ({
          accounts: [refs.of(undirectedAccount(mac))],
          undirected: { isRepeated: (since) => terms.measures.isRepeated(mac, since) },
        }),
      };
    case 'peers':
      return {
        rules: observation.rules,
        seenBy: 'counter',
        readings: observation.peers.flatMap((peer) => peerReading(peer) ?? []),
        feedsOf: ({ interface: name, publicKey }: Peer & Reading) => ({
          accounts: [refs.of({ kind: 'peer', router, interface: name, key: publicKey })],
        }),
      };
    case 'leases':
    case 'neighbours':
      return null;
    default:
      return observation satisfies never;
  }
}

/** What a counter feeds that must not feed its device, which is at most seen by it. */
export function withoutDevice({ accounts, ...feeds }: Feeds, seenBy: CounterAnswer['seenBy']): Feeds {
  const device = accounts.find(({ name: { kind } }) => kind === 'device');
  const others = accounts.filter(({ name: { kind } }) => kind !== 'device' && kind !== 'address');
  return { ...feeds, accounts: others, ...(device !== undefined && seenBy === 'counter' && { shows: device }) };
}

/** What the counters of one reader feed, kept from answer to answer by what it depends on. */
export class KnownFeeds {
  readonly #deviceBytes: ReadingTerms['deviceBytes'];
  readonly #refs: RefMaker;
  readonly #byKey = new Map<string, Feeds>();

  constructor(deviceBytes: ReadingTerms['deviceBytes'], refs: RefMaker) {
    this.#deviceBytes = deviceBytes;
    this.#refs = refs;
  }

  of(key: string, make: () => Feeds): Feeds {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#byKey.set(key, made);
    return made;
  }

  /** Whether they are still right, and hardly any of them are of counters that have gone. */
  isGood(deviceBytes: ReadingTerms['deviceBytes'], refs: RefMaker, counters: number): boolean {
    return deviceBytes === this.#deviceBytes && refs === this.#refs && this.#byKey.size <= 2 * counters + 100;
  }
}

/** By the baselines of the reader, which stay the same object from round to round. */
const feedsOfReaders = new WeakMap<Reader['counters'], KnownFeeds>();

/** What the counters of a reader feed, as far as that is known from before. `before` is null for a first reading. */
export function knownFeeds(before: Reader | null, deviceBytes: ReadingTerms['deviceBytes'], refs: RefMaker): KnownFeeds {
  const known = before === null ? undefined : feedsOfReaders.get(before.counters);
  if (before !== null && known?.isGood(deviceBytes, refs, before.counters.size)) return known;
  const feeds = new KnownFeeds(deviceBytes, refs);
  if (before !== null) feedsOfReaders.set(before.counters, feeds);
  return feeds;
}

/** Those with a counter, up to a bound; one that an answer shows twice is one. */
export function countedUplinks(uplinks: readonly Uplink[]): Uplink[] {
  const found = new Map<string, Uplink>();
  for (const uplink of uplinks) {
    const counter = uplinkCounter(uplink.name, uplink.device);
    if (uplink.bytes !== null && found.size < MOST_UPLINKS && !found.has(counter)) found.set(counter, uplink);
  }
  return [...found.values()];
}

const isNamed = <R extends { counter?: string }>(reading: R): reading is R & { counter: string } => reading.counter !== undefined;

const stationReading = (station: Station): Station & Reading =>
  isNamed(station) ? station : { ...station, counter: stationCounter(station.interface, station.mac) };

const hostReading = (host: HostCounter): HostCounter & Reading => (isNamed(host) ? host : { ...host, counter: hostCounter(host) });

const uplinkReading = (uplink: Uplink): (Uplink & Reading) | null =>
  uplink.bytes === null ? null : { ...uplink, bytes: uplink.bytes, counter: uplinkCounter(uplink.name, uplink.device) };

const peerReading = (peer: Peer): (Peer & Reading) | null =>
  peer.bytes === null ? null : { ...peer, bytes: peer.bytes, counter: peerCounter(peer.interface, peer.publicKey) };

/** The first bytes of a device that had others without direction: it is seen by them, and gets the next ones. Rule: undirected bytes. */
const firstOfHost = (refs: RefMaker, router: string, mac: string): Feeds => ({
  accounts: [refs.of({ kind: 'host', router, interface: '', key: mac })],
  shows: refs.of(deviceAccount(mac)),
});

const machineReading = (machine: SumCounter) => ({
  ...{ mac: machine.mac, bits: machine.bits, epoch: null },
  ...{ counter: sumCounter(machine), bytes: sumReading(machine.bytes, machine.packets) },
});

function stationFeeds(refs: RefMaker, router: string, mac: string, access: boolean, deviceBytes: ReadingTerms['deviceBytes']): Feeds {
  const station = refs.of({ kind: 'station', router, interface: '', key: mac });
  if (!access) return { accounts: [station] };
  const device = refs.of(deviceAccount(mac));
  return deviceBytes === 'stations' ? { accounts: [station, device] } : { accounts: [station], shows: device };
}

function hostFeeds(refs: RefMaker, router: string, key: string, isUnknown: boolean, deviceBytes: ReadingTerms['deviceBytes']): Feeds {
  const host = refs.of({ kind: 'host', router, interface: '', key });
  if (deviceBytes !== 'hosts') return { accounts: [host] };
  return { accounts: [host, refs.of(isUnknown ? { kind: 'address', router, interface: '', key } : deviceAccount(key))] };
}
