import { macOfDevice } from '../../mac.ts';

/** What a router knows of addresses on its networks. */
export interface AddressFacts {
  /** Those that are running. */
  leases: readonly { mac: string; ip: string }[];
  /** Addresses that it gave out over DHCPv6. */
  leases6: readonly string[];
  neighbours: readonly { mac: string; ip: string; state: string }[];
  /** Hosts that are counted, where the counter knows both. */
  hosts: readonly { mac: string | null; ip: string }[];
  /** Addresses of routers and of the meter itself: nobody is limited by them. */
  never: ReadonlySet<string>;
}

/** Of one MAC. A device with IPv6 has a handful. */
export const MOST_ADDRESSES = 16;

/**
 * The addresses of each MAC, in order. Anybody on a network can claim an address by one packet, so one counts only if the router gave it to the
 * MAC, or if it is of a network of the home. One that a lease gives to another device is nobody's, and of others that several claim, it is that
 * of the one which the router reaches there.
 */
export function addressesByMac({ leases, leases6, neighbours, hosts, never }: AddressFacts): Map<string, string[]> {
  const leased = new Map(leases.map(({ ip, mac }) => [ip, mac]));
  const networks = new Set(leases6.filter(isIpv6).map(networkOf));
  const owners = new Map<string, string | null>();
  const claim = (ip: string, address: string | null) => {
    const mac = address === null ? null : macOfDevice(address);
    if (mac === null || owners.has(ip) || !isRouted(ip) || never.has(ip)) return;
    const holder = leased.get(ip);
    if (holder === undefined ? isOfHome(ip, networks) : holder === mac) owners.set(ip, mac);
    else if (holder !== undefined) owners.set(ip, null);
  };
  const reached = neighbours.filter(({ state }) => !/failed|incomplete/i.test(state));
  for (const { ip, mac } of reached.filter(({ state }) => /reachable|permanent/i.test(state))) claim(ip, mac);
  for (const { ip, mac } of leases) claim(ip, mac);
  for (const { ip, mac } of reached) claim(ip, mac);
  for (const { ip, mac } of hosts) claim(ip, mac);
  const found = new Map<string, string[]>();
  for (const [ip, mac] of owners) {
    if (mac === null) continue;
    const own = found.get(mac);
    if (own === undefined) found.set(mac, [ip]);
    else if (own.length < MOST_ADDRESSES) own.push(ip);
  }
  for (const own of found.values()) own.sort();
  return found;
}

/** Private IPv4 and IPv6, which nobody has on the Internet; and what is in a network that the router gives IPv6 addresses of. */
function isOfHome(ip: string, networks: ReadonlySet<string>): boolean {
  if (ip.includes(':')) return /^f[cd]..:/.test(ip) || networks.has(networkOf(ip));
  const [first = 0, second = 0] = ip.split('.').map(Number);
  return (
    first === 10 ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168) ||
    (first === 100 && second >= 64 && second < 128)
  );
}

/** The first 64 bits of an IPv6 address. */
function networkOf(ip: string): string {
  const [before = [], after = []] = ip.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Whether packets of the address can pass a router: not of this machine, this link or a group. Nothing else that a router shows passes. */
export function isRouted(ip: string): boolean {
  if (ip.includes(':')) return isIpv6(ip) && !/^(fe[89ab].:|ff..:|:)/.test(ip);
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(ip)) return false;
  const parts = ip.split('.').map(Number);
  const [first = 0, second] = parts;
  return parts.every((part) => part < 256) && first > 0 && first < 224 && first !== 127 && !(first === 169 && second === 254);
}

/** In the usual form: small letters, no zone, no IPv4 within. */
function isIpv6(ip: string): boolean {
  const halves = ip.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const isFull = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  return isFull && groups.every((group) => /^[0-9a-f]{1,4}$/.test(group));
}
