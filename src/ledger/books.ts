import type { Day } from '../domain/calendar.ts';
import type { Baseline } from '../domain/counter.ts';
import type { Lease, Peer, SourceName } from '../domain/observation.ts';
import { DIRECTIONS } from '../domain/traffic.ts';
import type { Accounts } from './accounts.ts';
import type { Devices } from './devices.ts';

/** One source of one router as last read. */
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
  /** Seconds by which its uptime has gained on our clocks. In memory alone. */
  lead: number;
  /** Boots that were left behind, the latest last: answers of theirs are old. */
  earlierBoots: readonly string[];
  /** Its last answer may have lacked counters that were there: they are not new when they appear. */
  isPartial: boolean;
  /** Counters that its last answer had, but with a value that makes no sense. In memory alone; in the file they are among the unnamed. */
  unread: ReadonlySet<string>;
  /** Lines of its last answer that may have been counters, but whose names made no sense either. */
  unnamed: number;
  /** Lines of an answer that could not be used, the most that a row of the audit has counted today. In memory alone. */
  skippedNoted: number;
  /** Its last answer did not feed devices: another source does, or may have fed what it showed. */
  isFedElsewhere: boolean;
  /** Since its last answer, another source has fed devices without it. */
  isBehind: boolean;
  counters: Map<string, KeptBaseline[]>;
}

/** What a baseline leaves open: that it waits, or what its counter shows in one direction. */
export const OPEN = ['wait', ...DIRECTIONS] as const;
export type Open = (typeof OPEN)[number];

/** A baseline of the books. No two counters share one. */
export interface KeptBaseline extends Baseline {
  /** What began with an answer that did not feed devices: they may have from another source what it then shows more. Absent if nothing. */
  fedElsewhere?: readonly Open[];
  /** Of its row in the file, so that its bytes are written without a search; absent in a draft that is not written yet. */
  id?: number;
  /** The last answer that showed its counter, by a number of this process. */
  answer?: number;
}

/** A boot or an uptime that contradicts what is known, and how many answers in a row say so. In memory alone. */
export interface Claim {
  boot: string;
  uptime: number;
  /** Ms on the monotonic clock. */
  tick: number;
  times: number;
  /** How many times in a row the same has been said again. */
  repeats: number;
}

/** A DHCP lease as it was last read. */
export interface KnownLease {
  router: string;
  mac: string;
  ip: string;
  hostname: string | null;
  clientId: string | null;
  /** Unix seconds; 0 = never. */
  expiry: number;
  /** Unix ms of the last reading that showed it; null while it is in the latest one. */
  lastRead: number | null;
}

/** What is known of a WireGuard peer; its bytes are in its account. */
export interface KnownPeer {
  router: string;
  interface: string;
  publicKey: string;
  /** The last name that its server gave. */
  name: string | null;
  allowedIps: string[];
  /** `gone`: no longer on its server. */
  state: Peer['state'] | 'gone';
  /** Unix seconds; 0 = never. */
  latestHandshake: number;
  endpoint: string | null;
}

/** A tariff, as bytes were posted to it: another share is another tariff. Rule: tariffs. */
export interface KnownTariff {
  id: number;
  name: string;
  /** Share of its bytes that counts towards quotas. */
  counts: number;
}

/** Bytes that were bought for one period of a quota. */
export interface NewBonus {
  /** The quota's name. */
  quota: string;
  /** A day of the period. */
  day: Day;
  bytes: number;
  /** Unix ms at which it was added. */
  at: number;
  /** Who added it and how, for people: `token "phone" over HTTP`. */
  by: string;
}

/** One that the ledger has. */
export interface Bonus extends NewBonus {
  /** Never given to another one. */
  id: number;
}

/** The ledger's state in memory: what is in the file, and what only this process knows, where that is said. */
export interface Books {
  accounts: Accounts;
  devices: Devices;
  /** By router and MAC. */
  leases: Map<string, KnownLease>;
  /** WireGuard peers, by router, interface and public key (see `peerKey`). */
  peers: Map<string, KnownPeer>;
  /** By id. */
  tariffs: Map<number, KnownTariff>;
  /** Bought bytes of quotas, as last read: commands add them while the service runs. */
  bonuses: readonly Bonus[];
  /** By router and source. */
  readers: Map<string, Reader>;
  /** The highest id that was given to a baseline. */
  lastBaseline: number;
  /** By router and source. */
  claims: Map<string, Claim>;
  /** The lists of the last posted round that leases and names were learned from: the same list teaches nothing new. In memory alone. */
  learned: Learned;
  /** Since when device accounts are fed from hosts, where the configuration leaves that open: Unix ms, 0 = not. */
  hostsSince: number;
  feeding: Feeding;
  /** Unix ms of the first and the last posting; 0 before any. */
  startedAt: number;
  postedAt: number;
  /** The latest days with a posting, in order. Days that a clock which was ahead has left in the future are dropped. */
  postedDays: readonly Day[];
}

export interface Learned {
  /** Lists whose leases are all in the books, by router. */
  leases: ReadonlyMap<string, readonly Lease[]>;
  /** All that say what devices are called. */
  names: readonly unknown[];
}

/** Which source the accounts of devices are fed from. */
export interface Feeding {
  by: 'stations' | 'hosts';
  /** Ms on the monotonic clock of the other source's last reading; -Infinity if that was before this process. */
  fromTick: number;
  /** Unix ms up to which the other source has fed them: what a reader shows since an earlier reading was partly posted already. */
  from: number;
}

export const readerKey = (router: string, source: string): string => `${router}\n${source}`;

export const leaseKey = (router: string, mac: string): string => `${router}\n${mac}`;

export const peerKey = (router: string, name: string, publicKey: string): string => `${router}\n${name}\n${publicKey}`;

/** What happened to one source of one router: the audit has a bound, these counts have none. */
export interface SourceCounts {
  resets: number;
  rejectedBytes: number;
  /** Readings of devices that there was no room for. */
  leftOut: number;
}

/** Kinds of audit row; docs/use/ledger.md says what each means. */
export type AuditKind =
  | 'reset'
  | 'dip'
  | 'wrap'
  | 'rejected'
  | 'gap'
  | 'clock'
  | 'stale'
  | 'machine'
  | 'full'
  | 'skipped'
  | 'adopt'
  | 'import'
  | 'restore'
  | 'forget'
  | 'hosts'
  | 'learned'
  | 'access'
  | 'wire'
  | 'bonus'
  | 'limit';

/** Something that a person may want to look up: what was booked or refused, and why. */
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

/** A row about the whole ledger. */
export const ledgerNote = (at: number, kind: AuditRow['kind'], why: string): AuditRow => ({
  ...{ at, kind, why },
  ...{ router: '', source: '', counter: '', download: 0, upload: 0 },
});
