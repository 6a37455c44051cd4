import { NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { deviceAccountsOf, usageOf } from '../../ledger/account.ts';
import type { Books } from '../../ledger/books.ts';
import { deviceRows } from '../rows/devices.ts';
import { homeAccounts } from '../rows/periods.ts';
import { userRows } from '../rows/users.ts';
import { isPrivateUser, usersWithPrivate, type WhoView } from './who.ts';

/** Bytes in the days that are compared, and in those before. */
export interface UsageChange {
  now: number;
  before: number;
}

export interface Changes {
  home: UsageChange;
  users: ReadonlyMap<string, UsageChange>;
  /** By the first MAC. */
  devices: ReadonlyMap<string, UsageChange>;
}

/**
 * What the home, users and devices used in the days that are compared; `books` have it as the month of each account. Of parts of a month,
 * nothing private is compared: only its whole months may be shown.
 */
export function changesOf(view: WhoView, books: { now: Books; before: Books }, isWhole: boolean): Changes {
  const [now, before] = [totalsOf({ ...view, books: books.now }), totalsOf({ ...view, books: books.before })];
  const hidden = isWhole ? new Set<string>() : usersWithPrivate(view, deviceAccountsOf(view.books.accounts));
  const isShownUser = (name: string) => isWhole || !(hidden.has(name) || isPrivateUser(view, name));
  const isShownDevice = (mac: string) => isWhole || !now.privateDevices.has(mac);
  return {
    home: { now: now.home, before: before.home },
    users: pairs(now.users, before.users, isShownUser),
    devices: pairs(now.devices, before.devices, isShownDevice),
  };
}

function totalsOf(view: WhoView) {
  const devices = deviceRows(view);
  return {
    home: homeUsage(view.books).total,
    users: new Map(userRows(view).map(({ name, month }) => [name, month.total])),
    devices: new Map(devices.map(({ mac, month }) => [mac, month.total])),
    privateDevices: new Set(devices.filter(({ isPrivate }) => isPrivate).map(({ mac }) => mac)),
  };
}

/** What the home used in the month of the books. */
export const homeUsage = (books: Books): Used =>
  homeAccounts(books)
    .accounts.map(({ kind, month }) => usageOf(kind, month))
    .reduce(plusUsage, NO_USAGE);

const pairs = (now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>, isShown: (key: string) => boolean) =>
  new Map([...now].filter(([key]) => isShown(key)).map(([key, bytes]) => [key, { now: bytes, before: before.get(key) ?? 0 }]));
