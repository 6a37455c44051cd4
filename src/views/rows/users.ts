import { OTHERS } from '../../domain/people/user.ts';
import { addTo, directedUsage, NO_USAGE, noTraffic, plusUsage, type Traffic, total, type Used } from '../../domain/traffic.ts';
import { type Account, accountsOf, deviceAccountsOf, usageOf } from '../../ledger/account.ts';
import { type NamesView, ownerOfPeer } from '../view.ts';

/** A user in a table, or what belongs to nobody. A peer's bytes are never added to those of devices, which may have carried them. */
export interface UserRow {
  /** The key; `others` for what belongs to nobody. */
  name: string;
  title: string;
  isPrivate: boolean;
  /** How many devices and peers are in the sums; private ones too. */
  devices: number;
  peers: number;
  /** Unix ms at which one of its devices was last seen; 0 = never. */
  lastSeen: number;
  total: Used;
  month: Used;
  peerTotal: Traffic;
  peerMonth: Traffic;
}

/** What is added up before it is a row: directions in place, because every scrape adds up every device. */
interface UserSums extends Omit<UserRow, 'total' | 'month'> {
  directed: { total: Traffic; month: Traffic } | null;
  undirected: { total: Used; month: Used };
}

/** Every user, most bytes of devices in the month first, and `others` last where the configuration has `users`. All devices and peers are in it. */
export function userRows(view: NamesView): UserRow[] {
  const { users, isConfigured } = view.people;
  // Most homes name nobody, and every scrape asks.
  if (users.length === 0) return [];
  const rows = new Map(users.map(({ name, title, isPrivate }) => [name, emptyRow(name, title, isPrivate)]));
  const others = emptyRow(OTHERS, 'Others', false);
  const rowOf = (user: string | null) => (user === null ? others : (rows.get(user) ?? others));
  const seen = new Set<string>();
  for (const account of deviceAccountsOf(view.books.accounts)) {
    const mac = view.aliases.get(account.key)?.mac ?? account.key;
    const row = rowOf(view.people.userOfDevice(mac, view.books.devices));
    if (!seen.has(mac)) row.devices += 1;
    seen.add(mac);
    row.lastSeen = Math.max(row.lastSeen, account.lastSeen);
    addDevice(row, account);
  }
  for (const account of accountsOf(view.books.accounts, 'peer')) {
    const row = rowOf(ownerOfPeer(view, { router: account.router, interface: account.interface, publicKey: account.key }));
    row.peers += 1;
    addTo(row.peerTotal, account.total);
    addTo(row.peerMonth, account.month);
  }
  const sorted = [...rows.values()].map(userRow).sort((a, b) => b.month.total - a.month.total || total(b.peerMonth) - total(a.peerMonth));
  return isConfigured ? [...sorted, userRow(others)] : sorted;
}

function emptyRow(name: string, title: string, isPrivate: boolean): UserSums {
  const sums = { directed: null, undirected: { total: NO_USAGE, month: NO_USAGE }, peerTotal: noTraffic(), peerMonth: noTraffic() };
  return { name, title, isPrivate, devices: 0, peers: 0, lastSeen: 0, ...sums };
}

function addDevice(row: UserSums, { kind, total: all, month }: Account): void {
  if (kind === 'device') {
    row.directed ??= { total: noTraffic(), month: noTraffic() };
    addTo(row.directed.total, all);
    addTo(row.directed.month, month);
  } else {
    const { total: before, month: monthBefore } = row.undirected;
    row.undirected = { total: plusUsage(before, usageOf(kind, all)), month: plusUsage(monthBefore, usageOf(kind, month)) };
  }
}

/** A user without devices used nothing, in either direction. */
function userRow({ directed, undirected, ...row }: UserSums): UserRow {
  const isEmpty = directed === null && undirected.total === NO_USAGE;
  const known = isEmpty ? { total: noTraffic(), month: noTraffic() } : directed;
  const sum = (way: 'total' | 'month') => (known === null ? undirected[way] : plusUsage(directedUsage(known[way]), undirected[way]));
  return { ...row, total: sum('total'), month: sum('month') };
}
