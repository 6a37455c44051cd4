import type { Observation } from '../domain/observation.ts';
import type { TargetCounts } from '../domain/people/notice.ts';
import type { People } from '../domain/people/people.ts';
import type { QuotaRow } from '../domain/people/quota-row.ts';
import type { Units } from '../domain/people/units.ts';
import { shortKey } from '../domain/public-key.ts';
import type { RouterStatus } from '../domain/status.ts';
import { type Account, type AccountKind, macOf, publicKeyOf } from '../ledger/account.ts';
import { type Books, type KnownLease, type KnownPeer, peerKey, readerKey } from '../ledger/books.ts';
import type { Device } from '../ledger/devices.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { Months } from '../ledger/usage/months.ts';
import type { LimitsStatus } from './limits-status.ts';

/** Everything a view is made from: the books, the last answers of the routers, and the settings for display. */
export interface View {
  /** Unix ms. While the machine's clock is not trusted, the time of the last posting. */
  now: number;
  /** Unix ms, by the machine's clock, right or wrong: readings are dated by it. */
  wallClock: number;
  timezone: string;
  /** Seconds after which a device that is no longer seen disappears from `/metrics`. */
  expire: number;
  version: string;
  books: Books;
  months: Months;
  ledger: LedgerState;
  routers: readonly RouterStatus[];
  /** Configured name of each MAC. */
  aliases: ReadonlyMap<string, Alias>;
  /** What became of notices, by target. */
  notices: readonly TargetCounts[];
  /** Configured name of each WireGuard peer, by its public key. */
  peerNames: ReadonlyMap<string, string>;
  /** Whose devices and peers are, and which are private. */
  people: People;
  /** How everything stands in its quotas. */
  quotas: readonly QuotaRow[];
  /** What became of the older logger's files; null or left out where none are written. */
  csv?: CsvStatus | null;
  /** What limits there are; null or left out where none are set. */
  limits?: LimitsStatus | null;
  /** Who watches live; left out where only the ledger is read. */
  live?: LiveCounts;
  /** Whether the page that is made may show what moves now; left out where it does not. */
  watchable?: boolean;
  /** How bytes are shown to people; iec where nothing is said. */
  units?: Units;
  /** True if no router is configured and the default address is tried. */
  implied: boolean;
}

/** What became of the older logger's files since the program started. */
export interface CsvStatus {
  /** Files that got a line the last time. */
  files: number;
  /** Times that some could not be written. */
  errors: number;
  /** Why the last time; null if all were written. */
  failure: string | null;
  /** Unix ms at which all were written. */
  writtenAt: number | null;
}

/** Since the program started. */
export interface LiveCounts {
  /** Streams of `/api/v1/live` now. */
  watchers: number;
  /** How often routers were read for them beside rounds. */
  readings: number;
}

export interface Alias {
  name: string;
  /** The first MAC of the device, which identifies it. */
  mac: string;
  /** The user that its entry names. Whose it is, `people` decides. */
  user: string | null;
}

/** What tells whose a device is and what it is called. */
export type NamesView = Pick<View, 'aliases' | 'books' | 'people'>;

/** The same of a WireGuard peer. */
export type PeerNamesView = Pick<View, 'peerNames' | 'books' | 'people'>;

/** Name of a MAC: the configured one, otherwise the last known one, otherwise the MAC itself; that of a private device is its MAC. Rule: names. */
export const nameOf = (view: NamesView, mac: string): string => (isPrivate(view, mac) ? mac : ownNameOf(view, mac));

/** The same, also of a private device: to find what a person names, never to show. */
export const ownNameOf = ({ aliases, books }: Pick<View, 'aliases' | 'books'>, mac: string): string =>
  aliases.get(mac)?.name ?? books.devices.get(mac)?.name ?? mac;

/** Whether only totals of the device with this MAC may be shown. */
export const isPrivate = ({ people, books }: Pick<View, 'people' | 'books'>, mac: string): boolean =>
  people.isPrivateDevice(mac, books.devices);

/** The user to show of the device with this MAC; null where it belongs to nobody, or is private. */
export const userOf = (view: Pick<View, 'people' | 'books'>, mac: string): string | null =>
  isPrivate(view, mac) ? null : view.people.userOfDevice(mac, view.books.devices);

/** A WireGuard peer of a server. */
export type PeerRef = Pick<KnownPeer, 'router' | 'interface' | 'publicKey'>;

const serverNameOf = ({ books }: Pick<View, 'books'>, { router, interface: name, publicKey }: PeerRef): string | null =>
  books.peers.get(peerKey(router, name, publicKey))?.name ?? null;

/** Name of a WireGuard peer: the configured one, otherwise the one on its server, otherwise the beginning of its key, as for a private one. */
export function nameOfPeer(view: PeerNamesView, peer: PeerRef): string {
  const { publicKey } = peer;
  const known = isPrivatePeer(view, peer) ? null : (view.peerNames.get(publicKey) ?? serverNameOf(view, peer));
  return known ?? shortKey(publicKey);
}

/**
 * By what the configuration means a peer beside its key, also a private one: never to show. A name that it gives to one key is not that of
 * another, whatever a server calls it.
 */
export function ownNameOfPeer(view: PeerNamesView, peer: PeerRef): string {
  const { publicKey } = peer;
  const [own, given] = [view.peerNames.get(publicKey), serverNameOf(view, peer)];
  return own ?? (given === null || [...view.peerNames.values()].includes(given) ? publicKey : given);
}

/** Whether only totals of the peer may be shown. */
export const isPrivatePeer = (view: Pick<View, 'people' | 'books'>, peer: PeerRef): boolean =>
  view.people.isPrivatePeer(peer.publicKey, serverNameOf(view, peer));

/** Whether only totals of the device or peer that the account belongs to may be shown. */
export function isPrivateAccount(view: Pick<View, 'people' | 'books'>, account: Account): boolean {
  const [mac, publicKey] = [macOf(account), publicKeyOf(account)];
  if (mac !== null) return isPrivate(view, mac);
  return publicKey !== null && isPrivatePeer(view, { router: account.router, interface: account.interface, publicKey });
}

/** The user that the peer belongs to, private or not. */
export const ownerOfPeer = (view: Pick<View, 'people' | 'books'>, peer: PeerRef): string | null =>
  view.people.userOfPeer(peer.publicKey, serverNameOf(view, peer));

/** The user to show of the peer; null where it belongs to nobody, or is private. */
export const userOfPeer = (view: Pick<View, 'people' | 'books'>, peer: PeerRef): string | null =>
  isPrivatePeer(view, peer) ? null : ownerOfPeer(view, peer);

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

/** Accounts that were seen recently enough to be shown; those of a device expire together, because its month is one. Rule: small. */
export function shownAccounts({ now, expire, books, aliases }: View): AccountsByKind {
  const shown: Record<AccountKind, Account[]> = { wan: [], station: [], device: [], undirected: [], host: [], address: [], peer: [] };
  const oldest = now - expire * 1000;
  const unseen: Account[] = [];
  for (const account of books.accounts.values()) {
    if (account.lastSeen >= oldest) shown[account.kind].push(account);
    else if (account.kind === 'device' || account.kind === 'undirected') unseen.push(account);
  }
  if (unseen.length === 0) return shown;
  const deviceOf = ({ key }: Account) => aliases.get(key)?.mac ?? key;
  const devices = new Set([...shown.device, ...shown.undirected].map(deviceOf));
  for (const account of unseen) if (devices.has(deviceOf(account))) shown[account.kind].push(account);
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
