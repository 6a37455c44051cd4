import type { Traffic } from './traffic.ts';

/** What a kind of counter promises; declared beside its parser, used by the rules that turn readings into increases. Rule: source promises. */
export interface CounterRules {
  /** `together`: one pair, reset at once (a station). `apart`: two counters, each by itself (a network device). */
  directions: 'together' | 'apart';
  /**
   * What it means that a known counter is not in an answer. `ended`: it no longer exists. `kept`: its baseline waits. `missed`: it ended,
   * or this one list missed it, so its baseline waits for two days.
   */
  absent: 'ended' | 'missed' | 'kept';
  /** A counter without a baseline in a later reading: it began at zero since the reading before, or it only came into sight. */
  unknown: 'began' | 'baseline';
  /** What a fall within an epoch means: the counter began again at zero, or it went back to older figures that were posted before. */
  fall: 'reset' | 'lowers';
  /** Seconds that a router may take to bring its counters up to date. */
  refresh: number;
}

/** Width of a counter: only one that is known to have 32 bits may have gone past its end. */
export type CounterBits = 32 | 64;

/** One counter pair as a router shows it, turned into the directions of the device or the home. */
export interface Reading {
  /** Tells this counter from the others of the same reader. A classic list may show one several times. */
  counter: string;
  bytes: Traffic;
  bits: CounterBits;
  /** Since when the counter runs, if the router says so. */
  epoch: Epoch | null;
}

/** A counter's own lifetime: counters with different epochs are never subtracted. */
export interface Epoch {
  /** Identifies the boot of the router. */
  boot: string;
  /**
   * Identifies what counts within the boot; another number after it was created again: a network device's ifindex, the handle of a
   * firewall table, the first day of an accounting period (20261101). Null where there is none.
   */
  instance: number | null;
  /** Seconds on the boot's clock at which the counter began; null where only the boot is known. */
  began: number | null;
  /** Seconds by which `began` may differ between two readings of the same counter. */
  margin: number;
}

/** The boot of a baseline that another program left: it knew only one counter per MAC. */
export const IMPORTED = 'imported';

/** The last reading of a counter. */
export interface Baseline {
  bytes: Traffic;
  epoch: Epoch | null;
  /** Unix ms of the last reading that showed it; null while it is in the reader's latest reading. */
  lastRead: number | null;
}
