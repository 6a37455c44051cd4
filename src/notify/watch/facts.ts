import type { NoticesConfig } from '../settings.ts';

/** What the program knows after a round, from committed books. Times are Unix ms. */
export interface Facts {
  now: number;
  timezone: string;
  settings: NoticesConfig;
  /** When this process started: what happened before it, nobody watched. */
  startedAt: number;
  /** Devices that the configuration does not name, that were first seen since watching began and in the last 30 days, and were not reported. */
  recent: readonly RecentDevice[];
  /** Names that the ledger has of a MAC other than this. */
  isNameOfAnother(name: string, mac: string): boolean;
  routers: readonly RouterFacts[];
  watched: readonly WatchedFacts[];
  /** Since when every router that could show a device or peer was read without a break; Infinity while one is not. */
  seeingSince: number;
}

export interface RecentDevice {
  mac: string;
  name: string | null;
  ip: string | null;
  randomized: boolean;
  firstSeen: number;
  lastSeen: number;
}

export interface RouterFacts {
  name: string;
  sources: readonly {
    source: string;
    /** Of the last reading that succeeded; null if none ever did. */
    lastRead: number | null;
    /** Why the last reading failed; null if it did not. */
    why: string | null;
  }[];
  /** Kinds of flow offloading that are on, such as `software`; null while that is not known. */
  offload: readonly string[] | null;
}

export interface WatchedFacts {
  /** The first MAC, or the public key. */
  id: string;
  name: string;
  /** Null: never. */
  lastSeen: number | null;
}
