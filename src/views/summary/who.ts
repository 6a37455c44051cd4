import { OTHERS } from '../../domain/people/user.ts';
import { NO_USAGE, plusUsage, type Traffic, total, type Used } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import { type DeviceRow, deviceRows } from '../rows/devices.ts';
import { peerRows } from '../rows/peers.ts';
import { type UserRow, userRows } from '../rows/users.ts';
import { isPrivate, ownerOfPeer, type View } from '../view.ts';

/** What the rows are made from: the month of each account is what it has in the period. */
export type WhoView = Pick<View, 'books' | 'aliases' | 'peerNames' | 'people' | 'routers' | 'now'>;

/** Part of the bytes of all devices, 0 to 1; null where there are none. */
type Share = number | null;

export interface UserShare extends Pick<UserRow, 'name' | 'title' | 'isPrivate' | 'devices' | 'peers'> {
  used: Used;
  peerBytes: Traffic;
  share: Share;
}

export interface DeviceShare extends Pick<DeviceRow, 'mac' | 'name' | 'isPrivate' | 'user' | 'userTitle'> {
  used: Used;
  share: Share;
}

export interface PeerShare {
  router: string;
  interface: string;
  publicKey: string;
  name: string;
  bytes: Traffic;
}

/** Every user with what its devices used, most first, and others last. A private one is called by its key. */
export function usersOf(view: WhoView): UserShare[] {
  const all = allDevices(view);
  return userRows(view).map(({ name, title, isPrivate: hidden, devices, peers, month, peerMonth }) => ({
    ...{ name, title: hidden ? name : title, isPrivate: hidden, devices, peers },
    ...{ used: month, peerBytes: peerMonth, share: shareOf(month, all) },
  }));
}

/** Devices with at least one byte, most first: of the home, or of one user, of whom a private one has none to show. */
export function devicesOf(view: WhoView, user: string | null): DeviceShare[] {
  if (user !== null && isPrivateUser(view, user)) return [];
  const all = allDevices(view);
  const isWanted = user === null ? () => true : isOf(view, user);
  return deviceRows(view)
    .filter(({ mac, month }) => month.total > 0 && isWanted(mac))
    .map(({ mac, name, isPrivate: hidden, user: owner, userTitle, month }) => ({
      ...{ mac, name, isPrivate: hidden, user: owner, userTitle },
      ...{ used: month, share: shareOf(month, all) },
    }));
}

/** WireGuard peers with at least one byte, most first. Their bytes may also be those of devices. */
export function peersOf(view: WhoView, user: string | null): PeerShare[] {
  if (user !== null && isPrivateUser(view, user)) return [];
  return peerRows(view)
    .filter((row) => total(row.month) > 0 && (user === null || ownerName(view, ownerOfPeer(view, row)) === user))
    .map(({ router, interface: on, publicKey, name, month }) => ({ router, interface: on, publicKey, name, bytes: month }))
    .sort((a, b) => total(b.bytes) - total(a.bytes));
}

/** Whether the device with a MAC is one of the user's. */
export function isOf(view: Pick<WhoView, 'aliases' | 'people' | 'books'>, user: string): (mac: string) => boolean {
  return (mac) => ownerName(view, view.people.userOfDevice(view.aliases.get(mac)?.mac ?? mac, view.books.devices)) === user;
}

export const isPrivateUser = ({ people }: Pick<WhoView, 'people'>, user: string): boolean =>
  people.users.some(({ name, isPrivate: hidden }) => name === user && hidden);

/** Users with a private device: the difference of two of their sums could be that device's. */
export const usersWithPrivate = (view: WhoView, accounts: readonly Account[]): Set<string> =>
  new Set(
    accounts.flatMap(({ key }) => (isPrivate(view, key) ? [ownerName(view, view.people.userOfDevice(key, view.books.devices))] : [])),
  );

const ownerName = ({ people }: Pick<WhoView, 'people'>, owner: string | null): string =>
  people.users.find(({ name }) => name === owner)?.name ?? OTHERS;

const allDevices = (view: WhoView): number => deviceRows(view).reduce((sum, { month }) => plusUsage(sum, month), NO_USAGE).total;

const shareOf = ({ total: part }: Used, all: number): Share => (all === 0 ? null : part / all);
