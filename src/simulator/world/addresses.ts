import { DAY_MS } from '../../domain/calendar.ts';
import { hash } from '../random.ts';
import type { DeviceState } from './state.ts';

/** Of what a device with both kinds of address does, so much goes by IPv6. */
const SHARE_OF_IPV6 = 0.6;

/** The address that what it begins now comes from. */
export function addressFor(device: DeviceState, seed: number, at: number): string {
  const { mac, slaac } = device.spec;
  const byIpv6 = slaac !== undefined && hash(seed, mac, 'family', at) < SHARE_OF_IPV6 * 2 ** 32;
  return byIpv6 ? temporaryAddress(mac, slaac, seed, at) : device.address;
}

/** A temporary address (RFC 8981): a new one every day, at an hour that differs by device. */
export function temporaryAddress(mac: string, prefix: string, seed: number, at: number): string {
  const day = Math.floor((at + (hash(seed, mac, 'rotation') % DAY_MS)) / DAY_MS);
  const groups = [hash(seed, mac, day, 'high'), hash(seed, mac, day, 'low')].flatMap((word) => [word >>> 16, word & 0xffff]);
  return `${prefix}:${groups.map((group) => (group | 1).toString(16)).join(':')}`;
}
