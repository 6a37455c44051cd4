import type { Config, RouterConfig } from '../../config/config.ts';
import { DAY_MS } from '../../domain/calendar.ts';
import { parseMac } from '../../domain/mac.ts';
import { addressesByMac, contestedIn, isRouted } from '../../domain/people/limits/addresses.ts';
import type { LimitedDevice, LimitedHome, LimitedPeer, LimitingRouter } from '../../domain/people/limits/home.ts';
import type { HandLimit } from '../../domain/people/limits/limit.ts';
import type { RouterStatus } from '../../domain/status.ts';
import { deviceAccountsOf } from '../../ledger/account.ts';
import { ownerOfPeer, ownNameOfPeer, type View } from '../../views/view.ts';
import type { AddressesOfMacs } from './addresses.ts';

/** Devices that were there so lately keep their limits while they are away. */
const LATELY_MS = 7 * DAY_MS;

/** What limits are decided from, of a view. */
export type HomeView = Pick<View, 'now' | 'books' | 'aliases' | 'people' | 'peerNames' | 'routers'>;

export interface HomeTools {
  /** What each MAC has on a router; there is room for those that are `named`. Nobody has what is `contested`. */
  addressesOn(
    router: RouterConfig,
    shown: AddressesOfMacs | null,
    named: ReadonlySet<string>,
    contested: ReadonlySet<string>,
  ): AddressesOfMacs;
  hand: readonly HandLimit[];
  /** Of the machine that this runs on. */
  ownAddresses: readonly string[];
}

/** Everything that limits can be of. */
export function limitedHome(
  view: HomeView,
  config: Pick<Config, 'routers' | 'users' | 'quotas' | 'limits'>,
  { addressesOn, hand, ownAddresses }: HomeTools,
): LimitedHome {
  const { routers, users } = config;
  const { macs, peers } = namedByRules(config);
  const configured = [...view.aliases.keys(), ...users.flatMap((user) => user.macs), ...macs];
  const named = new Set([...configured, ...hand.flatMap(({ of, id }) => (of === 'device' ? [id] : []))]);
  const never = new Set([...ownAddresses, ...view.routers.flatMap((router) => router.addresses.flatMap(addressesIn))]);
  const limiting = routers
    .filter(({ limits }) => limits !== null)
    .map((router): LimitingRouter => {
      const status = view.routers.find(({ name }) => name === router.name);
      const { shown, contested } = shownAddresses(view, router.name, status?.sources, never);
      return { name: router.name, passesDevices: passesDevices(router), addresses: addressesOn(router, shown, named, contested) };
    });
  return {
    users: view.people.users.map(({ name }) => name),
    devices: devicesIn(view, configured, limiting),
    peers: peersIn(view, peers),
    routers: limiting,
  };
}

/** A server that is read for its peers alone sees no MACs of the home. */
const passesDevices = ({ kinds }: RouterConfig): boolean => kinds.some(({ kind }) => kind !== 'wireguard');

/** The addresses in the places where a router is read: `http://192.168.1.1/`, `ssh root@10.0.0.1`. */
const addressesIn = (place: string): string[] =>
  [...place.matchAll(/\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:]+:[0-9a-f]+/gi)].map(([ip]) => ip);

function shownAddresses(
  { books, now }: HomeView,
  name: string,
  sources: RouterStatus['sources'] = new Map(),
  never: ReadonlySet<string>,
): { shown: AddressesOfMacs | null; contested: ReadonlySet<string> } {
  const neighbours = sources.get('neighbours')?.observation;
  const hosts = sources.get('hosts')?.observation;
  const given = sources.get('leases')?.observation;
  const counted = hosts?.source === 'hosts' && hosts.devices.length > 0 ? new Set(hosts.devices) : null;
  const leases = [...books.leases.values()].filter(
    ({ router, lastRead, expiry }) => router === name && lastRead === null && (expiry === 0 || expiry * 1000 > now),
  );
  if (neighbours?.source !== 'neighbours' && leases.length === 0) return { shown: null, contested: new Set() };
  const facts = {
    ...{ leases, never },
    leases6: given?.source === 'leases' ? given.leases6.map(({ ip }) => ip) : [],
    // Those of an uplink are not of the home.
    neighbours:
      neighbours?.source === 'neighbours' ? neighbours.neighbours.filter((each) => counted === null || counted.has(each.interface)) : [],
  };
  return { shown: addressesByMac(facts), contested: contestedIn(facts) };
}

/** Those of the configuration, those that were there lately, and those that are there now; the latest first. */
function devicesIn(view: HomeView, configured: readonly string[], routers: readonly LimitingRouter[]): LimitedDevice[] {
  const { books, aliases, people, now } = view;
  const lastSeen = new Map<string, number>(configured.map((mac) => [mac, 0]));
  for (const { key, lastSeen: at } of deviceAccountsOf(books.accounts)) {
    if (now - at <= LATELY_MS) lastSeen.set(key, Math.max(at, lastSeen.get(key) ?? 0));
  }
  const own = new Set(configured);
  const here = new Set(routers.flatMap(({ addresses }) => [...addresses.keys()]));
  for (const mac of here) lastSeen.set(mac, Math.max(lastSeen.get(mac) ?? 0, 1));
  const devices = new Map<string, { macs: string[]; at: number }>();
  for (const [mac, at] of lastSeen) {
    const id = aliases.get(mac)?.mac ?? mac;
    const known = devices.get(id);
    if (known === undefined) devices.set(id, { macs: [mac], at });
    else devices.set(id, { macs: [...known.macs, mac], at: Math.max(known.at, at) });
  }
  return [...devices]
    .sort(([a, one], [b, other]) => other.at - one.at || (a < b ? -1 : 1))
    .map(([id, { macs }]) => ({
      ...{ id, macs, name: aliases.get(id)?.name ?? id },
      user: people.userOfDevice(id, books.devices),
      isHere: macs.some((mac) => here.has(mac)),
      isConfigured: macs.some((mac) => own.has(mac)),
    }));
}

/** What limits and quotas of the configuration name themselves. */
function namedByRules({ quotas, limits }: Pick<Config, 'quotas' | 'limits'>) {
  const all = [...quotas, ...limits.rules].map(({ of }) => of);
  return {
    macs: all.flatMap((of) => (of.kind === 'device' ? (parseMac(of.name) ?? []) : [])),
    peers: new Set(all.flatMap((of) => (of.kind === 'peer' ? [of.name] : []))),
  };
}

function peersIn(view: HomeView, named: ReadonlySet<string>): LimitedPeer[] {
  return [...view.books.peers.values()].flatMap((peer) => {
    if (peer.state === 'gone') return [];
    const addresses = peer.allowedIps.flatMap((text) => {
      const [, ip = ''] = /^([0-9a-f.:]+)(?:\/(?:32|128))?$/i.exec(text) ?? [];
      const isWhole = !text.includes('/') || text.endsWith(ip.includes(':') ? '/128' : '/32');
      return isWhole && isRouted(ip) ? [ip] : [];
    });
    const { router, publicKey } = peer;
    const name = ownNameOfPeer(view, peer);
    const isConfigured = view.peerNames.has(publicKey) || named.has(publicKey) || named.has(name);
    return [{ router, publicKey, name, user: ownerOfPeer(view, peer), addresses, isConfigured }];
  });
}
