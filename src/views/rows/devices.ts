import { isRandomized } from '../../domain/mac.ts';
import { plusUsage, type Used } from '../../domain/traffic.ts';
import { type Account, deviceAccountsOf, usageOf } from '../../ledger/account.ts';
import { isPrivate, type NamesView, nameOf, observationsOf, userOf, type View } from '../view.ts';

/** What the rows of devices are made from. `routers` is empty when only the ledger is read. */
export type DeviceView = NamesView & Pick<View, 'routers'>;

/** A device in a table: one row, however many MACs it has. */
export interface DeviceRow {
  /** The first of the device's MACs. */
  mac: string;
  /** Its MACs that were ever seen. */
  macs: string[];
  name: string;
  /** Only its totals are shown: no name, user, address or place, nor when it was seen. */
  isPrivate: boolean;
  /** Its key. */
  user: string | null;
  /** What people call that user. */
  userTitle: string | null;
  /** Current addresses, otherwise the last one. */
  ips: string[];
  /** The device made its MAC up. */
  randomized: boolean;
  total: Used;
  month: Used;
  /** Unix ms. */
  firstSeen: number;
  lastSeen: number | null;
  onAir: OnAir[];
}

/** Where a device is on the air, by the last answer of an access point. */
export interface OnAir {
  router: string;
  /** Null if the router's answer does not have it. */
  interface: string | null;
  ssid: string | null;
  /** MHz */
  frequency: number | null;
  /** dBm */
  signal: number | null;
  /** Bytes per second that the radio link allows. */
  linkDownload: number | null;
  linkUpload: number | null;
  /** Seconds. */
  connected: number | null;
}

const MOST_ADDRESSES = 16;

/** Every device in the ledger, most bytes in the month first. */
export function deviceRows(view: DeviceView): DeviceRow[] {
  const addresses = addressesByMac(view);
  const air = onAirByMac(view);
  return [...accountsByDevice(view)]
    .map(([mac, accounts]): DeviceRow => {
      const macs = [...new Set(accounts.map((account) => account.key))];
      const hidden = isPrivate(view, mac);
      const user = userOf(view, mac);
      return {
        mac,
        macs,
        name: nameOf(view, mac),
        isPrivate: hidden,
        user,
        userTitle: user === null ? null : view.people.titleOf(user),
        ips: hidden ? [] : ipsOf(view, macs, addresses),
        randomized: isRandomized(mac),
        total: accounts.map((a) => usageOf(a.kind, a.total)).reduce(plusUsage),
        month: accounts.map((a) => usageOf(a.kind, a.month)).reduce(plusUsage),
        firstSeen: Math.min(...accounts.map((a) => a.firstSeen)),
        lastSeen: hidden ? null : Math.max(...accounts.map((a) => a.lastSeen)),
        onAir: hidden ? [] : macs.flatMap((own) => air.get(own) ?? []),
      };
    })
    .sort((a, b) => b.month.total - a.month.total || b.total.total - a.total.total || (a.mac < b.mac ? -1 : 1));
}

/** The device accounts under the first MAC of each device. */
function accountsByDevice({ books, aliases }: DeviceView): Map<string, Account[]> {
  const found = new Map<string, Account[]>();
  for (const account of deviceAccountsOf(books.accounts)) {
    const mac = aliases.get(account.key)?.mac ?? account.key;
    const others = found.get(mac);
    if (others === undefined) found.set(mac, [account]);
    else others.push(account);
  }
  return found;
}

function ipsOf({ books }: DeviceView, macs: readonly string[], addresses: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const now = macs.flatMap((mac) => [...(addresses.get(mac) ?? [])]);
  const ips = now.length > 0 ? now : macs.flatMap((mac) => books.devices.get(mac)?.ip ?? []);
  return [...new Set(ips)].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':'))).slice(0, MOST_ADDRESSES);
}

function addressesByMac(view: DeviceView): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const note = (mac: string, ip: string) => {
    const known = found.get(mac) ?? new Set();
    found.set(mac, known.add(ip));
  };
  for (const { mac, ip, lastRead } of view.books.leases.values()) if (lastRead === null) note(mac, ip);
  for (const { observation } of observationsOf(view, 'neighbours')) {
    for (const { mac, ip, state } of observation.neighbours) {
      const linkLocal = /^fe[89ab]/i.test(ip);
      if (!linkLocal && state !== 'FAILED' && state !== 'INCOMPLETE') note(mac, ip);
    }
  }
  return found;
}

function onAirByMac(view: DeviceView): Map<string, OnAir[]> {
  const found = new Map<string, OnAir[]>();
  for (const { router, observation } of observationsOf(view, 'stations')) {
    const radios = new Map(observation.radios.map((radio) => [radio.interface, radio]));
    for (const { mac, interface: name, signal, linkDownload, linkUpload, connected } of observation.stations) {
      const radio = name === null ? undefined : radios.get(name);
      const where = { router, interface: name, ssid: radio?.ssid ?? null, frequency: radio?.frequency ?? null };
      const known = found.get(mac) ?? [];
      found.set(mac, [...known, { ...where, signal, linkDownload, linkUpload, connected }]);
    }
  }
  return found;
}
