import type { Direction, Traffic } from './traffic.ts';

/** What a kind of counter promises. Declared next to its parser, used to turn readings into increases. Rule: source promises. */
export interface CounterRules {
  /**
   * `together`: one pair that resets at once (a station). `apart`: two independent counters (a network device). `sum`: one counter of both
   * directions, whose readings are `sumReading`.
   */
  directions: 'together' | 'apart' | 'sum';
  /**
   * What it means if a known counter is missing from an answer. `ended`: it ended. `dated`: it ended if it shows when it began, for then
   * its return does too; else its baseline stays. `missed`: it ended, or the list missed it once, so its baseline stays for two days.
   * `kept`: its baseline stays.
   */
  absent: 'ended' | 'dated' | 'missed' | 'kept';
  /**
   * A new counter in a later reading. `began`: it began at zero since the last one. `later`: the same, but not right after the first
   * reading, which may have missed it. `baseline`: it may have been there before.
   */
  unknown: 'began' | 'later' | 'baseline';
  /** What a fall within an epoch means. `reset`: a restart at zero, or a dip. `lowers`: it went back to older, already posted figures. */
  fall: 'reset' | 'lowers';
  /** Whether a machine keeps its figures when its address changes, which is a part of their counter's name. */
  moves?: boolean;
  /** Seconds by which a router's counters may lag. */
  refresh: number;
}

/** Width of a counter: only a 32-bit counter can wrap. */
export type CounterBits = 32 | 64;

/** One counter pair of a router, in the directions of the device or the home. */
export interface Reading {
  /** Identifies this counter among those of the same reader. A classic list may show one several times. */
  counter: string;
  bytes: Traffic;
  bits: CounterBits;
  /** When the counter started, if known. */
  epoch: Epoch | null;
}

/** One lifetime of a counter: readings of different epochs are never subtracted. */
export interface Epoch {
  /** Identifies the boot of the router. */
  boot: string;
  /**
   * Identifies what counts within the boot; it changes when that is created again: the ifindex of a network device, the handle of a
   * firewall table, the first day of an accounting period (20261101). Null if there is none.
   */
  instance: number | null;
  /** Seconds after boot at which the counter began; null if only the boot is known. */
  began: number | null;
  /** Seconds by which `began` may differ between two readings of the same counter. */
  margin: number;
}

/** The `boot` of an imported baseline, which has one counter per MAC and nothing else. */
export const IMPORTED = 'imported';

/** The boot of a baseline whose counter gained what others have posted since: it shows when that was, and is never subtracted. Rule: one wire. */
export const TAKEN_OVER = 'taken over';

/** The boot of a baseline of a line whose bytes another line of its counter has too: a link of a Wi-Fi 7 station. Rule: lines of one MAC. */
export const LINK = 'link';

/** The last reading kept for a counter; in a direction that dipped, the highest. */
export interface Baseline {
  bytes: Traffic;
  epoch: Epoch | null;
  /** Unix ms of the last reading with this counter; null while it is in the reader's latest reading. */
  lastRead: number | null;
  /** Absent where nothing is open. */
  doubts?: Doubts;
}

/** What readings leave open, by direction; later ones decide. Rule: dip. */
export type Doubts = Partial<Record<Direction, Doubt>>;

/** It restarted, unless it soon shows again what it did before. `since`: Unix ms of that reading. */
export interface Fell {
  kind: 'fell';
  since: number;
  before: number;
  /** What it fell to. */
  low: number;
  /** What it showed between earlier falls, which was posted too. */
  posted: number;
}

/** `since`: Unix ms of the reading that left it open. */
export type Doubt =
  | {
      /** It shows less than its baseline and has not restarted. `owed`: because it returned after bytes were posted for a restart. */
      kind: 'dipped' | 'owed';
      since: number;
      /** The least that it has shown since then. */
      least: number;
      /** Unix ms after which it counts from there. */
      settles: number;
      /** An earlier fall that it may yet come back from. */
      fell?: Fell;
    }
  | {
      /** It lost most of what it showed, and has restarted or dipped: its baseline waits. */
      kind: 'unsure';
      /** Unix ms of the reading before that. */
      since: number;
      /** The least that it has shown since then. */
      low: number;
    }
  | Fell
  | {
      /** Its baseline is more than the line could carry. `before`: what it showed at `since`, in the reading before. */
      kind: 'refused';
      since: number;
      before: number;
      /** Unix ms of the reading that was refused; absent in files of earlier versions, where `since` stands for it. */
      at?: number;
    };
