import { macOfDevice } from '../../mac.ts';

/** What a router knows of addresses on its networks. */
export interface AddressFacts {
  /** Those that are running. */
  leases: readonly { mac: string; ip: string }[];
  neighbours: readonly { mac: string; ip: string; state: string }[];
  /** Hosts that are counted, where the counter knows both. */
  hosts: readonly { mac: string | null; ip: string }[];
}

/** Of one MAC. A device with IPv6 has a handful, and keeps old ones for a day. */
const MOST_ADDRESSES = 64;

/**
 * The addresses of each MAC, in order. An address that several claim is that of the one which the router reaches there, or else the one that
 * has a lease: nobody is limited for another.
 */
export function addressesByMac({ leases, neighbours, hosts }: AddressFacts): Map<string, string[]> {
  const owners = new Map<string, string>();
  const claim = (ip: string, address: string | null) => {
    const mac = address === null ? null : macOfDevice(address);
    if (mac !== null && isRouted(ip) && !owners.has(ip)) owners.set(ip, mac);
  };
  const reached = neighbours.filter(({ state }) => !/failed|incomplete/i.test(state));
  for (const { ip, mac } of reached.filter(({ state }) => /reachable|permanent/i.test(state))) claim(ip, mac);
  for (const { ip, mac } of leases) claim(ip, mac);
  for (const { ip, mac } of reached) claim(ip, mac);
  for (const { ip, mac } of hosts) claim(ip, mac);
  const found = new Map<string, string[]>();
  for (const [ip, mac] of owners) {
    const own = found.get(mac) ?? [];
    if (own.length < MOST_ADDRESSES) found.set(mac, [...own, ip]);
  }
  for (const own of found.values()) own.sort();
  return found;
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
