import { macOfDevice } from '../../mac.ts';

/** What a router knows of addresses on its networks. */
export interface AddressFacts {
  /** Those that are running. */
  leases: readonly { mac: string; ip: string }[];
  /** Addresses that it gave out over DHCPv6. */
  leases6: readonly string[];
  neighbours: readonly { mac: string; ip: string; interface: string; state: string }[];
  /** Addresses of routers and of the meter itself: nobody is limited by them. */
  never: ReadonlySet<string>;
}

/** Of one MAC. A device with IPv6 has a handful. */
export const MOST_ADDRESSES = 16;

/**
 * The addresses of each MAC, in order, as a router is asked for them: one that it gave to the MAC alone, any other with the interface that it was
 * seen on, `192.168.1.2 br-lan`. Anybody on a network can claim an address by one packet, so one that was not given counts only if it is of a
 * network of the home, and on that interface. One that is given to one device while another is reached there is nobody's.
 */
export function addressesByMac({ leases, leases6, neighbours, never }: AddressFacts): Map<string, string[]> {
  const leased = new Map(leases.map(({ ip, mac }) => [ip, mac]));
  const networks = new Set(leases6.filter(isIpv6).map(networkOf));
  const contested = contestedIn({ leases, neighbours });
  const found = new Map<string, Set<string>>();
  const claim = (ip: string, address: string, claimant: string) => {
    const mac = macOfDevice(claimant);
    if (mac === null || !isRouted(ip) || never.has(ip)) return;
    const own = found.get(mac) ?? new Set();
    found.set(mac, own);
    if (own.size < MOST_ADDRESSES) own.add(address);
  };
  for (const [ip, mac] of leased) if (!contested.has(ip)) claim(ip, ip, mac);
  const seen = neighbours.filter(
    (each) => !/failed|incomplete/i.test(each.state) && !leased.has(each.ip) && isInterface(each.interface) && isOfHome(each.ip, networks),
  );
  for (const { ip, mac, interface: on } of seen.sort((a, b) => Number(isReached(b.state)) - Number(isReached(a.state))))
    claim(ip, `${ip} ${on}`, mac);
  return new Map([...found].map(([mac, own]) => [mac, [...own].sort()]));
}

/** Addresses that are given to one device while another is reached there: nobody is limited by them. */
export function contestedIn({ leases, neighbours }: Pick<AddressFacts, 'leases' | 'neighbours'>): Set<string> {
  const leased = new Map(leases.map(({ ip, mac }) => [ip, mac]));
  return new Set(
    neighbours.filter(({ ip, mac, state }) => isReached(state) && leased.has(ip) && leased.get(ip) !== mac).map(({ ip }) => ip),
  );
}

const isReached = (state: string): boolean => /reachable|permanent/i.test(state);

/** As a router takes it. */
const isInterface = (name: string): boolean => /^[A-Za-z0-9_.@][A-Za-z0-9_.@-]{0,14}$/.test(name);

/** The address alone, without the interface that it was seen on. */
export const ipOf = (address: string): string => address.replace(/ .*/, '');

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
