import type { Day, Slice } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import type { Account } from '../account.ts';
import type { AuditRow, Claim, Feeding, KeptBaseline, KnownLease, KnownPeer, Learned, Reader, SourceCounts } from '../books.ts';
import type { Device } from '../devices.ts';

/** A device that only stays is written this often; in between, when it was last seen is known to memory alone. */
const SEEN_AGAIN_MS = 600_000;

/** The readers, accounts and leases that a round added or changed: written to the file first, then applied to the books. */
export interface RoundUpdate {
  at: number;
  /** With the day of this round. */
  postedDays: readonly Day[];
  readers: ReaderUpdate[];
  /** Readers that are behind from now on: another source has fed devices without them. */
  behind: Reader[];
  /** By router and source; null: there is nothing more to wait for. */
  claims: Map<string, Claim | null>;
  /** Each account once. */
  accounts: AccountUpdate[];
  increases: Increases[];
  devices: Device[];
  learned: Learned;
  leases: KnownLease[];
  /** Leases that have gone, to be deleted. */
  forgottenLeases: KnownLease[];
  peers: KnownPeer[];
  /** Accounts of addresses whose MAC has been learned: all their bytes go over to another account. */
  moves: Move[];
  /** Accounts of private devices and peers: their increases are added to days only. */
  hourless: Set<Account>;
  /** Accounts of such addresses whose hours are deleted and do not go over, because the other account is private. */
  droppedHours: Account[];
  hostsSince: number;
  feeding: Feeding;
  /** What happened, by router and source: the audit has a bound, these counts have none. */
  counts: Map<string, SourceCounts>;
  audit: AuditRow[];
  auditLeftOut: number;
}

export interface ReaderUpdate {
  reader: Omit<Reader, 'counters'>;
  /** A first reading: earlier baselines of the source are dropped. */
  isFirst: boolean;
  /** Readers of the same origin under other routers' names: their baselines must never be used again, or bytes would count twice. */
  superseded: Pick<Reader, 'id' | 'router' | 'source'>[];
  changed: Map<string, KeptBaseline[]>;
  /** Baselines of the books whose bytes are others from now on, and nothing else. */
  moved: { baseline: KeptBaseline; bytes: Traffic }[];
  removed: string[];
}

interface Move {
  from: Account;
  into: AccountUpdate;
}

export interface AccountUpdate {
  account: Account;
  isNew: boolean;
  /** The router that showed it first in this round. */
  through: string;
  download: number;
  upload: number;
  seen: number;
  /** Where its first bytes went: nearly every round has one hour, and then no table of all accounts is needed to find them. */
  first: Increase | null;
}

/** What is added to accounts in a local hour, or in a day of which no hours are kept, or in the part of it that is of one tariff. */
export interface Increases extends Pick<Slice, 'hour' | 'day'> {
  /** Its id; null: none. */
  tariff: number | null;
  /** Of each account once. */
  bytes: Increase[];
}

/** The bytes of one account among them. */
export interface Increase extends Traffic {
  account: AccountUpdate;
  part: Increases;
}

/** Whether an account's row is written: it is new, has bytes, or was last seen too long ago in the file. `seenInFile` is Unix ms by id. */
export function isWritten({ account, isNew, download, upload, seen }: AccountUpdate, seenInFile: ReadonlyMap<number, number>): boolean {
  return isNew || download > 0 || upload > 0 || seen - (seenInFile.get(account.id) ?? 0) >= SEEN_AGAIN_MS;
}

/** A router that is read where another one was that has gone from the configuration: maybe the same, under a new name. */
export interface Renamed {
  router: string;
  was: string;
}

/** The routers of a round that are read where others were. Rule: renamed router. */
export function renamedIn({ readers }: RoundUpdate): Renamed[] {
  const found = new Map<string, Renamed>();
  for (const { reader, superseded } of readers)
    for (const { router: was } of superseded) found.set(JSON.stringify([reader.router, was]), { router: reader.router, was });
  return [...found.values()];
}
