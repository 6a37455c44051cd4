import { matchesHostName } from './patterns.ts';
import { plainUser, type User } from './user.ts';

/** What is known of a MAC, besides its configuration. */
export interface DeviceFacts {
  /** The last host name. */
  name: string | null;
  /** The network it was last in: the logical name where a router tells it (`guest`), otherwise the network device (`br-guest`). */
  network: string | null;
  /** The SSID it was last on, unless it has moved to another network since. */
  ssid: string | null;
}

/** The facts by MAC. They are never changed in place: whose a device is, is kept with them. */
export interface KnownDevices {
  get(mac: string): DeviceFacts | undefined;
}

/** Whose devices and peers are. */
export interface People {
  /** Whether the configuration has `users`: only then is there `others`. */
  readonly isConfigured: boolean;
  /** Whether someone's hours are kept for another time than all others, or not at all. */
  readonly saysHours: boolean;
  /** In their order: those of the configuration, then those that only devices and peers name. */
  readonly users: readonly User[];
  /** What people call a user, by its key: the key itself where it has no name, is private or is not known. */
  titleOf(user: string): string;
  /** The user that the device with this MAC (any of its MACs) belongs to, by name; null: nobody. */
  userOfDevice(mac: string, known: KnownDevices): string | null;
  /** The same of a WireGuard peer. `serverName` is its name on its server. */
  userOfPeer(publicKey: string, serverName: string | null): string | null;
  isPrivateDevice(mac: string, known: KnownDevices): boolean;
  isPrivatePeer(publicKey: string, serverName: string | null): boolean;
  /** Seconds that the hours of the device are kept: 0 where it is private, null where nothing else is said. */
  keepHoursOfDevice(mac: string, known: KnownDevices): number | null;
  keepHoursOfPeer(publicKey: string, serverName: string | null): number | null;
}

/** What the configuration says of people. */
export interface PeopleTerms {
  users: readonly User[];
  /** MACs in lower case with colons; the first one identifies the device. */
  devices: readonly { name: string; macs: readonly string[]; user?: string; isPrivate?: boolean }[];
  peers: readonly { name: string; publicKey: string; user?: string }[];
}

type OwnDevice = PeopleTerms['devices'][number];

/**
 * Decides whose devices and peers are. The first of these that names a user counts: the device's own `user`; a user's `macs`; its
 * `hostnames`; its `ssids` and `networks`. Among several users that match by the same, the first in the configuration counts.
 */
export function createPeople({ users: configured, devices, peers }: PeopleTerms): People {
  const named = [...devices, ...peers].flatMap(({ user }) => user ?? []);
  const missing = [...new Set(named)].filter((name) => configured.every((user) => user.name !== name));
  const users = [...configured, ...missing.map(plainUser)];
  const byName = new Map(users.map((user) => [user.name, user]));
  const byMac = new Map(configured.flatMap(({ name, macs }) => macs.map((mac) => [mac, name] as const)));
  const ownDevices = new Map(devices.flatMap((device) => device.macs.map((mac) => [mac, device] as const)));
  const byHostName = createByHostName(configured);
  const byPlace = createByPlace(configured);
  const peerOwner = createPeerOwner(configured, peers);

  function userOfDevice(mac: string, known: KnownDevices): string | null {
    const own = ownDevices.get(mac);
    if (own?.user !== undefined) return own.user;
    if (configured.length === 0) return null;
    if (own !== undefined) return byFacts(own.macs, own.name, known);
    return byMac.get(mac) ?? byOneFact(known.get(mac));
  }
  function byFacts(macs: readonly string[], ownName: string, known: KnownDevices): string | null {
    const facts = macs.flatMap((each) => known.get(each) ?? []);
    return (
      firstOf(macs, (each) => byMac.get(each)) ??
      byHostName(ownName) ??
      firstOf(facts, ({ name }) => (name === null ? null : byHostName(name))) ??
      firstOf(facts, byPlace)
    );
  }
  // Every scrape asks for every device, several times; what is known of most stays the same object.
  const answers = new WeakMap<DeviceFacts, { user: string | null }>();
  function byOneFact(facts: DeviceFacts | undefined): string | null {
    if (facts === undefined) return null;
    const before = answers.get(facts);
    if (before !== undefined) return before.user;
    const user = (facts.name === null ? null : byHostName(facts.name)) ?? byPlace(facts);
    answers.set(facts, { user });
    return user;
  }
  const keepHours = (user: string | null) => {
    const found = user === null ? undefined : byName.get(user);
    return found?.isPrivate ? 0 : (found?.keepHours ?? null);
  };
  const saysHours = devices.some(isPrivateEntry) || configured.some((user) => user.isPrivate || user.keepHours !== null);
  function keepHoursOfDevice(mac: string, known: KnownDevices): number | null {
    if (!saysHours) return null;
    return isPrivateEntry(ownDevices.get(mac)) ? 0 : keepHours(userOfDevice(mac, known));
  }
  const keepHoursOfPeer = (publicKey: string, serverName: string | null) =>
    saysHours ? keepHours(peerOwner(publicKey, serverName)) : null;
  return {
    isConfigured: configured.length > 0,
    saysHours,
    users,
    titleOf: (user) => byName.get(user)?.title ?? user,
    userOfDevice,
    userOfPeer: peerOwner,
    isPrivateDevice: (mac, known) => keepHoursOfDevice(mac, known) === 0,
    isPrivatePeer: (publicKey, serverName) => keepHoursOfPeer(publicKey, serverName) === 0,
    keepHoursOfDevice,
    keepHoursOfPeer,
  };
}

const isPrivateEntry = (device: OwnDevice | undefined): boolean => device?.isPrivate === true;

function firstOf<T>(items: readonly T[], find: (item: T) => string | null | undefined): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null && found !== undefined) return found;
  }
  return null;
}

function createByHostName(users: readonly User[]): (hostname: string) => string | null {
  const rules = users.flatMap(({ name, hostnames }) => hostnames.map((pattern) => ({ name, pattern })));
  return (hostname) => rules.find(({ pattern }) => matchesHostName(pattern, hostname))?.name ?? null;
}

/** OpenWrt calls the bridge of the network `guest` `br-guest`. */
const bridgeOf = (network: string): string => `br-${network}`;

function createByPlace(users: readonly User[]): (facts: DeviceFacts) => string | null {
  const order = new Map(users.map(({ name }, index) => [name, index]));
  const firsts = (pairs: readonly (readonly [string, string])[]) => new Map([...pairs].reverse());
  const bySsid = firsts(users.flatMap(({ name, ssids }) => ssids.map((ssid) => [ssid, name] as const)));
  const byNetwork = firsts(
    users.flatMap(({ name, networks }) => networks.flatMap((network) => [[network, name] as const, [bridgeOf(network), name] as const])),
  );
  return ({ ssid, network }) => {
    const found = [ssid === null ? undefined : bySsid.get(ssid), network === null ? undefined : byNetwork.get(network)];
    const [first] = found.flatMap((name) => name ?? []).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    return first ?? null;
  };
}

function createPeerOwner(users: readonly User[], peers: PeopleTerms['peers']): People['userOfPeer'] {
  const byPeer = new Map(users.flatMap(({ name, peers: own }) => own.map((peer) => [peer, name] as const)));
  const ownPeers = new Map(peers.map((peer) => [peer.publicKey, peer]));
  return (publicKey, serverName) => {
    const own = ownPeers.get(publicKey);
    const names = [publicKey, own?.name ?? serverName].flatMap((name) => name ?? []);
    return own?.user ?? firstOf(names, (name) => byPeer.get(name));
  };
}

/** A home whose configuration says nothing of people. */
export const NOBODY: People = createPeople({ users: [], devices: [], peers: [] });
