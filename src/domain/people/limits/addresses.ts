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

/** Whether packets of the address can pass a router: not of this machine, this link or a group. */
export function isRouted(ip: string): boolean {
  if (ip.includes(':')) return /^[0-9a-f:.]{3,45}$/i.test(ip) && !/^(fe[89ab]|ff|::1?$)/i.test(ip);
  const [first = 0, second] = ip.split('.').map(Number);
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(ip) && first > 0 && first < 224 && first !== 127 && !(first === 169 && second === 254);
}
