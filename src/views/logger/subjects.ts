import { deviceAccountsOf } from '../../ledger/account.ts';
import { isPrivate, type NamesView, observationsOf, type View } from '../view.ts';
import { ALL_FILE, UNKNOWN_FILE, userFiles } from './file-names.ts';

/** What the files of a directory are of. Private devices are in none. */
export interface LoggerSubjects {
  /** The devices that were seen since a time, most recently seen first. `ips`: current addresses first, IPv4 before IPv6. */
  devices: { mac: string; macs: ReadonlySet<string>; ips: readonly string[] }[];
  /** All of them, those of each user, and those of nobody if there are users; by file. */
  groups: Map<string, ReadonlySet<string>>;
  /** Files of private users, which must not be there. */
  hidden: readonly string[];
}

/** A device that is not private. */
export interface FiledDevice {
  /** Its MACs that were ever seen. */
  macs: ReadonlySet<string>;
  /** Unix ms. */
  lastSeen: number;
  /** The user that it belongs to; null for nobody. */
  user: string | null;
}

/** Devices by their first MAC, without private ones. */
export function shownDevices(view: NamesView): Map<string, FiledDevice> {
  const { books, aliases, people } = view;
  const devices = new Map<string, FiledDevice & { macs: Set<string> }>();
  for (const { key, lastSeen } of deviceAccountsOf(books.accounts)) {
    const mac = aliases.get(key)?.mac ?? key;
    const known = devices.get(mac);
    if (known !== undefined) {
      known.macs.add(key);
      known.lastSeen = Math.max(known.lastSeen, lastSeen);
    } else if (!isPrivate(view, mac)) {
      devices.set(mac, { macs: new Set([key]), lastSeen, user: people.userOfDevice(mac, books.devices) });
    }
  }
  return devices;
}

/** Finds what files are of. `since` is Unix ms; `most` bounds the devices. */
export function loggerSubjects(view: NamesView & Pick<View, 'routers'>, since: number, most: number): LoggerSubjects {
  const devices = shownDevices(view);
  const seen = [...devices].filter(([, { lastSeen }]) => lastSeen >= since).sort(([, a], [, b]) => b.lastSeen - a.lastSeen);
  const addresses = currentAddresses(view);
  return {
    devices: seen.slice(0, most).map(([mac, { macs }]) => ({ mac, macs, ips: ipsOf(view, macs, addresses) })),
    ...groupsOf(view, devices),
  };
}

function groupsOf({ people }: NamesView, devices: ReadonlyMap<string, FiledDevice>): Pick<LoggerSubjects, 'groups' | 'hidden'> {
  const files = userFiles(people.users);
  const hidden = people.users.flatMap(({ name, isPrivate: isHidden }) => (isHidden ? (files.get(name) ?? []) : []));
  const all = new Set<string>();
  const shown = [...files.values()].filter((file) => !hidden.includes(file));
  const groups = new Map([[ALL_FILE, all], ...shown.map((file) => [file, new Set<string>()] as const)]);
  if (people.isConfigured) groups.set(UNKNOWN_FILE, new Set());
  for (const { macs, user } of devices.values()) {
    const own = groups.get((user === null ? UNKNOWN_FILE : files.get(user)) ?? '');
    for (const each of macs) {
      all.add(each);
      own?.add(each);
    }
  }
  return { groups, hidden };
}

/** What leases say, and routers that count by address. */
function currentAddresses(view: NamesView & Pick<View, 'routers'>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const note = (mac: string, ip: string | null) => {
    if (ip !== null) found.set(mac, [...(found.get(mac) ?? []), ip]);
  };
  for (const { mac, ip, lastRead } of view.books.leases.values()) if (lastRead === null) note(mac, ip);
  for (const { observation } of observationsOf(view, 'statistics')) for (const { mac, ip } of observation.machines) note(mac, ip);
  return found;
}

function ipsOf({ books }: NamesView, macs: ReadonlySet<string>, current: ReadonlyMap<string, readonly string[]>): string[] {
  const known = [...macs].flatMap((mac) => [...(current.get(mac) ?? []), books.devices.get(mac)?.ip ?? []].flat());
  return [...new Set(known)].sort((a, b) => Number(a.includes(':')) - Number(b.includes(':')));
}
