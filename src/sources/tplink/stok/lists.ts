import type { CounterBits } from '../../../domain/counter.ts';
import { SourceError } from '../../../errors.ts';
import type { SourceReading } from '../../source.ts';
import { CLIENT_RULES, namesOf, sumMachines, wholeNumber } from '../reading.ts';
import { isObject, listIn } from './json.ts';

/** The counters of `admin/traffic?form=lists`. Throws a SourceError. */
export function trafficOf(data: unknown, bits: CounterBits): SourceReading {
  const list = listIn(data, ['list', 'lists', 'traffic']);
  if (list === null) throw new SourceError('parse', 'expected a list of machines, and got something else');
  return sumMachines(
    list.map(({ mac, ip, total_byte: bytes }) => ({ mac, ip, bytes, packets: undefined })),
    bits,
  );
}

/** The names of `admin/dhcps?form=client`. `now` is Unix ms. Throws a SourceError. */
export function clientsOf(data: unknown, now: number): SourceReading {
  const list = listIn(data, ['dhcp_clients', 'list']);
  if (list === null) throw new SourceError('parse', 'expected a list of leases, and got something else');
  return namesOf(
    list.map(({ macaddr, ipaddr, name, leasetime }) => ({ mac: macaddr, ip: ipaddr, name, expiry: expiryOf(leasetime, now) })),
  );
}

/** Seconds, or `1:59:12`; 0 where the lease has no end. */
function expiryOf(left: unknown, now: number): number {
  const parts = typeof left === 'string' ? left.split(':').map(wholeNumber) : [wholeNumber(left)];
  if (parts.length > 3 || parts.some((part) => part === null)) return 0;
  const seconds = parts.reduce<number>((sum, part) => sum * 60 + (part ?? 0), 0);
  return seconds === 0 || seconds >= 2 ** 31 ? 0 : Math.round(now / 1000) + seconds;
}

const ACCESS_LISTS = ['access_devices_wired', 'access_devices_wireless_host', 'access_devices_wireless_guest'] as const;

/** The clients of `admin/status?form=all`. Throws a SourceError. */
export function accessDevicesOf(data: unknown): SourceReading {
  const lists = ACCESS_LISTS.flatMap((name) => (isObject(data) ? (listIn(data[name]) ?? []) : []));
  if (!isObject(data)) throw new SourceError('parse', 'expected the status of the router, and got something else');
  return namesOf(lists.map(({ macaddr, ipaddr, hostname }) => ({ mac: macaddr, ip: ipaddr, name: hostname, expiry: 0 })));
}

/** What each client moved, of `admin/smart_network?form=game_accelerator`; null where clients show that the model does not count it. Throws a SourceError. */
export function usageOfClients(data: unknown, bits: CounterBits): SourceReading | null {
  const list = listIn(data, ['list', 'devices']);
  if (list === null) throw new SourceError('parse', 'expected a list of clients, and got something else');
  const used = list.map(({ mac, ip, trafficUsage, trafficUsed }) => ({ mac, ip, bytes: trafficUsage ?? trafficUsed, packets: undefined }));
  if (used.some(({ mac }) => mac !== undefined) && used.every(({ bytes }) => bytes === undefined)) return null;
  return sumMachines(
    used.filter(({ mac, bytes }) => bytes !== undefined || mac === undefined),
    bits,
    CLIENT_RULES,
  );
}
