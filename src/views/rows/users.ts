import { OTHERS } from '../../domain/people/user.ts';
import { type Traffic, total } from '../../domain/traffic.ts';
import { accountsOf } from '../../ledger/account.ts';
import { type NamesView, ownerOfPeer } from '../view.ts';
import { addTo } from './months.ts';

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
  total: Traffic;
  month: Traffic;
  peerTotal: Traffic;
  peerMonth: Traffic;
}

/** Every user, most bytes of devices in the month first, and `others` last where the configuration has `users`. All devices and peers are in it. */
export function userRows(view: NamesView): UserRow[] {
  const { users, isConfigured } = view.people;
  const rows = new Map(users.map(({ name, title, isPrivate }) => [name, emptyRow(name, title, isPrivate)]));
  const others = emptyRow(OTHERS, 'Others', false);
  const rowOf = (user: string | null): UserRow => (user === null ? others : (rows.get(user) ?? others));
  const seen = new Set<string>();
  for (const account of accountsOf(view.books.accounts, 'device')) {
    const mac = view.aliases.get(account.key)?.mac ?? account.key;
    const row = rowOf(view.people.userOfDevice(mac, view.books.devices));
    if (!seen.has(mac)) row.devices += 1;
    seen.add(mac);
    row.lastSeen = Math.max(row.lastSeen, account.lastSeen);
    addTo(row.total, account.total);
    addTo(row.month, account.month);
  }
  for (const account of accountsOf(view.books.accounts, 'peer')) {
    const row = rowOf(ownerOfPeer(view, { router: account.router, interface: account.interface, publicKey: account.key }));
    row.peers += 1;
    addTo(row.peerTotal, account.total);
    addTo(row.peerMonth, account.month);
  }
  const sorted = [...rows.values()].sort((a, b) => total(b.month) - total(a.month) || total(b.peerMonth) - total(a.peerMonth));
  return isConfigured ? [...sorted, others] : sorted;
}

const nothing = (): Traffic => ({ download: 0, upload: 0 });

function emptyRow(name: string, title: string, isPrivate: boolean): UserRow {
  const sums = { total: nothing(), month: nothing(), peerTotal: nothing(), peerMonth: nothing() };
  return { name, title, isPrivate, devices: 0, peers: 0, lastSeen: 0, ...sums };
}
