import { instantText } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { accountKey } from '../../ledger/account.ts';
import { type KnownPeer, peerKey } from '../../ledger/books.ts';
import { ownUplinks } from '../rows/wan.ts';
import { isPrivate, isPrivatePeer, type NamesView, nameOf, nameOfPeer, type PeerNamesView, userOf, userOfPeer } from '../view.ts';
import { type LiveRouter, type Moment, secondsOf } from './live-router.ts';
import type { Comings } from './presence.ts';
import type { AccountRate } from './source-rates.ts';

/** What the events name things by. */
export type LiveNames = NamesView & PeerNamesView;

/** Rows of each list of an event. */
export const MOST_LISTED = 50;
const MOST_ROUTERS = 256;

/** How much older than one interval a reading may be before its router is late. */
const LATE = 1.5;

/** The event `rates`: what moves now, in bytes per second. `interval`: seconds between two readings. */
export function ratesEvent(view: LiveNames, routers: ReadonlyMap<string, LiveRouter>, now: Moment, interval: number) {
  const all = [...routers.values()].flatMap(({ sources }) => [...sources.values()].flatMap(({ rates }) => rates?.accounts ?? []));
  const uplinks = uplinksOf(view, all);
  const [devices, peers] = [devicesOf(view, all), peersOf(view, all)];
  return {
    at: instantText(now.at),
    home: homeOf(uplinks),
    uplinks: uplinks.slice(0, MOST_LISTED),
    devices: devices.slice(0, MOST_LISTED),
    devices_moving: devices.length,
    peers: peers.slice(0, MOST_LISTED),
    peers_moving: peers.length,
    routers: [...routers].slice(0, MOST_ROUTERS).map(([router, live]) => {
      const seconds = secondsOf(live);
      const age = live.readTick === null ? Number.POSITIVE_INFINITY : (now.tick - live.readTick) / 1000;
      return {
        router,
        seconds: seconds === null ? null : Math.round(seconds * 100) / 100,
        late: Math.max(age, seconds ?? 0) > interval * LATE,
        failure: live.failure,
      };
    }),
  };
}

type UplinkRate = { router: string; interface: string; overlay: boolean } & Directed;
type Directed = { download: number | null; upload: number | null };

/** All of them: one whose rate is not known now has null. What its account says of an uplink counts, as for the home's sum of bytes. */
const uplinksOf = ({ books }: LiveNames, all: readonly AccountRate[]): UplinkRate[] =>
  all.flatMap(({ account, rate }) => {
    if (account.kind !== 'wan') return [];
    const overlay = books.accounts.get(accountKey(account))?.overlay ?? account.overlay ?? false;
    return [{ router: account.router, interface: account.interface, overlay, ...directed(rate) }];
  });

/** The sum of the home's uplinks whose rate is known. */
function homeOf(uplinks: readonly UplinkRate[]): Directed {
  const known = ownUplinks(uplinks).flatMap(({ download, upload }) => (download === null || upload === null ? [] : { download, upload }));
  return directed(known.length === 0 ? null : known.reduce(plus, NOTHING));
}

/** Devices that move anything, the busiest first. Of a private device nothing tells when it is there; of a new one it is known only once the ledger has it. */
function devicesOf(view: LiveNames, all: readonly AccountRate[]) {
  const sums = new Map<string, { directed: Traffic | null; undirected: number | null }>();
  for (const { account, rate } of all) {
    if (rate === null || (account.kind !== 'device' && account.kind !== 'undirected')) continue;
    const mac = shownDevice(view, account.key);
    if (mac === null) continue;
    const sum = sums.get(mac) ?? { directed: null, undirected: null };
    sums.set(mac, sum);
    if (account.kind === 'device') sum.directed = plus(sum.directed ?? NOTHING, rate);
    // Both directions are in the place of the download, as they are kept.
    else sum.undirected = (sum.undirected ?? 0) + rate.download;
  }
  return [...sums]
    .map(([mac, sum]) => ({ mac, sum, size: Math.max(sum.directed === null ? 0 : total(sum.directed), sum.undirected ?? 0) }))
    .filter(({ size }) => Math.round(size) > 0)
    .sort((a, b) => b.size - a.size || (a.mac < b.mac ? -1 : 1))
    .map(({ mac, sum }) => ({
      ...deviceRef(view, mac),
      ...directed(sum.directed),
      undirected: sum.undirected && Math.round(sum.undirected),
    }));
}

/** The MAC that stands for the device; null where it is not shown. */
export function shownDevice(view: LiveNames, mac: string): string | null {
  const isKnown = view.books.devices.has(mac);
  return isKnown && !isPrivate(view, mac) ? (view.aliases.get(mac)?.mac ?? mac) : null;
}

const deviceRef = (view: LiveNames, mac: string) => ({ mac, name: nameOf(view, mac), user: userOf(view, mac) });

function peersOf(view: LiveNames, all: readonly AccountRate[]) {
  return all
    .flatMap(({ account: { kind, router, interface: name, key }, rate }) => {
      const peer = kind === 'peer' ? shownPeer(view, peerKey(router, name, key)) : null;
      return peer === null || rate === null || Math.round(total(rate)) === 0 ? [] : [{ peer, rate, size: total(rate) }];
    })
    .sort((a, b) => b.size - a.size || (a.peer.publicKey < b.peer.publicKey ? -1 : 1))
    .map(({ peer, rate }) => ({ ...peerRef(view, peer), ...directed(rate) }));
}

/** The peer with that key; null where it is not shown. Of a private peer nothing tells when it is there. */
export function shownPeer(view: LiveNames, key: string): KnownPeer | null {
  const peer = view.books.peers.get(key);
  return peer === undefined || isPrivatePeer(view, peer) ? null : peer;
}

const peerRef = (view: LiveNames, peer: KnownPeer) => ({
  ...{ router: peer.router, interface: peer.interface, public_key: peer.publicKey },
  ...{ name: nameOfPeer(view, peer), user: userOfPeer(view, peer) },
});

/** The events `came` and `went`; null where nobody did. `more`: how many are not listed. */
export function comingEvent(view: LiveNames, { devices, peers }: Comings['came'], now: Moment) {
  // By its name or network, one that came may have turned out to be private before it goes.
  const shownDevices = devices.filter((mac) => shownDevice(view, mac) !== null);
  const shownPeers = peers.flatMap((key) => shownPeer(view, key) ?? []);
  if (shownDevices.length + shownPeers.length === 0) return null;
  return {
    at: instantText(now.at),
    devices: shownDevices.slice(0, MOST_LISTED).map((mac) => deviceRef(view, mac)),
    peers: shownPeers.slice(0, MOST_LISTED).map((peer) => peerRef(view, peer)),
    more: Math.max(0, shownDevices.length - MOST_LISTED) + Math.max(0, shownPeers.length - MOST_LISTED),
  };
}

const directed = (rate: Traffic | null): Directed =>
  rate === null ? { download: null, upload: null } : { download: Math.round(rate.download), upload: Math.round(rate.upload) };

/** One event of a stream of server-sent events; JSON has no line breaks of its own. */
export const eventText = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** A line that a browser ignores: it keeps proxies from closing the stream. */
export const HEARTBEAT = ':\n\n';

/** How long a browser waits before it comes back. */
export const retryText = (ms: number): string => `retry: ${ms}\n\n`;
