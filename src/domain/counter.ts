import type { Traffic } from './traffic.ts';

/** What a kind of counter promises; declared beside its parser, used by the rules that turn readings into increases. Rule: source promises. */
export interface CounterRules {
  /** `together`: one pair, reset at once (a station). `apart`: two counters that stand each by itself (a network device). */
  directions: 'together' | 'apart';
  /**
   * What it means that a known counter is not in an answer: it ended, or its baseline waits; `missed`: it ended, or the list has missed it
   * this once, so its baseline waits for two days.
   */
  absent: 'ended' | 'missed' | 'kept';
  /** A counter never held before that appears in a later reading: it began at zero since, or it may only have come into sight. */
  unknown: 'began' | 'baseline';
  /** What a fall within an epoch means: the counter began again at zero, or it went back to older figures that were posted once. */
  fall: 'reset' | 'lowers';
  /** Seconds that a router may take to bring its counters up to date. */
  refresh: number;
}

/** One counter pair as a router shows it, turned into the directions of the device or the home. */
export interface Reading {
  /** Tells this counter from the others of the same reader. A classic list may show one several times. */
  counter: string;
  bytes: Traffic;
  /** Width of the counter: only one that is known to have 32 bits may have gone past its end. */
  bits: 32 | 64;
  /** Since when the counter runs, if the router tells. */
  epoch: Epoch | null;
}

/** A counter's own lifetime: counters with different epochs are never subtracted. */
export interface Epoch {
  /** Identifies the boot of the router. */
  boot: string;
  /**
   * Identifies what counts within the boot, which has another number when it is made anew: a network device's ifindex, the handle of a
   * firewall table, the first day of an accounting period (20261101). Null where there is none.
   */
  instance: number | null;
  /** Seconds on the boot's clock at which the counter began; null where only the boot is known. */
  began: number | null;
  /** Seconds by which `began` may differ between two readings of the same counter. */
  margin: number;
}

/** The boot of a baseline that another program left, which knew one counter a MAC and no more. */
export const IMPORTED = 'imported';

/** The boot of a baseline whose counter gained what others have posted since: it shows when that was, and is never subtracted. Rule: one wire. */
export const TAKEN_OVER = 'taken over';

/** The reading that was held last for a counter. */
export interface Baseline {
  bytes: Traffic;
  epoch: Epoch | null;
  /** Unix ms of the last reading that showed it; null while it is in the reader's latest reading. */
  lastRead: number | null;
}
