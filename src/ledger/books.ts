import type { Baseline } from '../domain/counter.ts';
import type { SourceName } from '../domain/observation.ts';
import type { Account, Device, KnownLease } from './account.ts';
import type { KnownPeer } from './posting/peers.ts';

/** One source of one router, as it was read last. */
export interface Reader {
  id: number;
  router: string;
  source: SourceName;
  /** Format and address. */
  origin: string;
  /** Unix ms of its last posted reading. */
  readAt: number;
  /** Ms on this process's monotonic clock at that reading; null for one made before the process began. */
  readTick: number | null;
  boot: string | null;
  /** Seconds on the router's boot clock. */
  uptime: number | null;
  counters: Map<string, Baseline[]>;
}

/** The ledger's state in memory: what the file holds, and nothing that it does not. */
export interface Books {
  accounts: Map<string, Account>;
  devices: Map<string, Device>;
  /** By router and MAC. */
  leases: Map<string, KnownLease>;
  /** WireGuard peers, by router, interface and public key (see `peerKey`). */
  peers: Map<string, KnownPeer>;
  /** By router and source. */
  readers: Map<string, Reader>;
  /** Since when device accounts are fed from hosts, where the configuration leaves that open: Unix ms, 0 = not. */
  hostsSince: number;
  feeding: Feeding;
  /** Unix ms of the first and the last posting; 0 before any. */
  startedAt: number;
  postedAt: number;
}

/** Which source the accounts of devices are fed from. */
export interface Feeding {
  by: 'stations' | 'hosts';
  /** Unix ms up to which the other source has fed them: what a reader shows since a reading before that was partly posted once. */
  from: number;
}

export const readerKey = (router: string, source: string): string => `${router}\n${source}`;

export const leaseKey = (router: string, mac: string): string => `${router}\n${mac}`;

/** The readers, accounts and leases that a round added or changed: written to the file first, then applied to the books. */
export interface RoundUpdate {
  at: number;
  readers: ReaderUpdate[];
  accounts: Map<string, AccountUpdate>;
  hours: Map<number, Map<number, { download: number; upload: number }>>;
  days: Map<number, Map<number, { download: number; upload: number }>>;
  devices: Device[];
  leases: KnownLease[];
  peers: KnownPeer[];
  /** Accounts of addresses whose MAC has been learned: all that they hold goes over to another. */
  moves: Move[];
  hostsSince: number;
  feeding: Feeding;
  /** What happened, by router and source: the audit has a bound, these counts have none. */
  counts: Map<string, SourceCounts>;
  audit: AuditRow[];
  auditLeftOut: number;
}

export interface SourceCounts {
  resets: number;
  rejectedBytes: number;
  /** Readings of devices that there was no room for. */
  leftOut: number;
}

export interface ReaderUpdate {
  reader: Omit<Reader, 'counters'>;
  /** Forget what was held: a first reading. */
  fresh: boolean;
  /** The same reader under other routers' names: its baselines there must never be used again, or its bytes would count twice. */
  superseded: Pick<Reader, 'id' | 'router' | 'source'>[];
  changed: Map<string, Baseline[]>;
  removed: string[];
}

export interface Move {
  from: Account;
  into: AccountUpdate;
}

export interface AccountUpdate {
  account: Account;
  isNew: boolean;
  download: number;
  upload: number;
  seen: number;
}

/** Kinds of audit row; docs/ledger.md says what each means. */
export type AuditKind =
  | 'reset'
  | 'wrap'
  | 'rejected'
  | 'gap'
  | 'clock'
  | 'stale'
  | 'machine'
  | 'full'
  | 'adopt'
  | 'import'
  | 'restore'
  | 'forget'
  | 'hosts'
  | 'learned'
  | 'access'
  | 'wire';

/** Something a person may want to look up: what was booked or refused, and why. */
export interface AuditRow {
  at: number;
  kind: AuditKind;
  router: string;
  source: string;
  counter: string;
  download: number;
  upload: number;
  why: string;
}
