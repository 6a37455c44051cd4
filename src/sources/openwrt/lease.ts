import { isIP } from 'node:net';
import { macOfDevice } from '../../domain/mac.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { Lease } from '../../domain/observation.ts';

/** Parses a line of dnsmasq's lease file: `EXPIRY MAC IP HOSTNAME CLIENT-ID`, `*` = unknown. Null if it is not an IPv4 lease. */
export function parseLease(line: string): Lease | null {
  const [expiry = '', address = '', ip = '', hostname = '*', clientId = '*'] = line.split(/\s+/);
  const mac = macOfDevice(address.replace(/^[0-9a-f]{2}-(?=(?:[0-9a-f]{2}:){5})/i, '')); // dnsmasq prefixes hardware types other than Ethernet
  if (mac === null || isIP(ip) !== 4 || !/^\d{1,11}$/.test(expiry)) return null;
  return { mac, ip, hostname: known(hostname), clientId: clientId === '*' ? null : clientId.slice(0, 600), expiry: Number(expiry) };
}

export const known = (name: string): string | null => (name === '*' || name === '-' ? null : cleanName(name));
