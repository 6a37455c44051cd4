import type { TargetCounts } from '../domain/notice.ts';
import type { Observation } from '../domain/observation.ts';
import { shortKey } from '../domain/public-key.ts';
import type { RouterStatus } from '../domain/status.ts';
import type { Account, AccountKind } from '../ledger/account.ts';
import { type Books, type Device, type KnownLease, peerKey, readerKey } from '../ledger/books.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { Months } from '../ledger/usage/months.ts';

/** Everything a view is made from: the books, the last answers of the routers, and the settings for display. */
export interface View {
  /** Unix ms. */
  now: number;
  timezone: string;
  /** Seconds after which a device that is no longer seen disappears from `/metrics`. */
  expire: number;
  version: string;
  books: Books;
  months: Months;
  ledger: LedgerState;
  routers: readonly RouterStatus[];
  /** Configured name and user of each MAC. */
  aliases: ReadonlyMap<string, Alias>;
  /** Configured name and user of each WireGuard peer, by its public key. */
  peerNames: ReadonlyMap<string, PeerName>;
  /** What became of notices, by target. */
  notices: readonly TargetCounts[];
  /** True if no router is configured and the default address is tried. */
  implied: boolean;
}

export interface Alias {
  name: string;
  /** The first MAC of the device, which identifies it. */
  mac: string;
  user: string | null;
}

export interface PeerName {
  name: string;
  user: string | null;
}

/** Name of a MAC: the configured one, otherwise the last known one, otherwise the MAC itself. Rule: names. */
export function nameOf(view: Pick<View, 'aliases' | 'books'>, mac: string): string {
  return view.aliases.get(mac)?.name ?? view.books.devices.get(mac)?.name ?? mac;
}

/** Name of a WireGuard peer: the configured one, otherwise the one on its server, otherwise the beginning of its key. */
export function nameOfPeer({ peerNames, books }: Pick<View, 'peerNames' | 'books'>, router: string, name: string, key: string): string {
  return peerNames.get(key)?.name ?? books.peers.get(peerKey(router, name, key))?.name ?? shortKey(key);
}

type ObservationOf<S> = Extract<Observation, { source: S }>;

/** Observations of a source by router in the last round; routers where it failed are left out. */
export function observationsOf<S extends Observation['source']>(
  { routers }: Pick<View, 'routers'>,
  source: S,
): { router: string; observation: ObservationOf<S> }[] {
  return routers.flatMap(({ name, sources }) => {
    const observation = sources.get(source)?.observation;
    return observation?.source === source ? [{ router: name, observation: observation as ObservationOf<S> }] : [];
  });
}

export const deviceOf = (view: View, mac: string): Device | undefined => view.books.devices.get(mac);

export type AccountsByKind = Readonly<Record<AccountKind, readonly Account[]>>;

/** Accounts that were seen recently enough to be shown. Rule: small. */
export function shownAccounts({ now, expire, books }: View): AccountsByKind {
  const shown: Record<AccountKind, Account[]> = { wan: [], station: [], device: [], host: [], address: [], peer: [] };
  const oldest = now - expire * 1000;
  for (const account of books.accounts.values()) if (account.lastSeen >= oldest) shown[account.kind].push(account);
  return shown;
}

/** Unix ms of the last reading of any uplink that was posted, or null. */
export function wanReadAt(view: View): number | null {
  const times = view.routers.flatMap(({ name }) => view.books.readers.get(readerKey(name, 'wan'))?.readAt ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

/** The last known lease of each MAC: a current one before an old one, then the one that ends last. */
export function leasesByMac(view: Pick<View, 'books'>): Map<string, KnownLease> {
  const best = new Map<string, KnownLease>();
  for (const lease of view.books.leases.values()) {
    const known = best.get(lease.mac);
    if (known === undefined || rank(lease) > rank(known)) best.set(lease.mac, lease);
  }
  return best;
}

const rank = (lease: KnownLease) => (lease.lastRead === null ? 1e15 : lease.lastRead / 1000) + (lease.expiry === 0 ? 1e12 : lease.expiry);
