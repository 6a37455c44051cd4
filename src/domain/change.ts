import type { CounterRules } from './counter.ts';
import type { Traffic } from './traffic.ts';

export type ResetReason = 'fell' | 'stayed below' | 'boot' | 'new device' | 'new association' | 'line left over';

export type DipReason = 'shows less' | 'still shows less' | 'may have restarted' | 'may still have restarted' | 'came back';

/** What a reading means for the books. `since` is the Unix ms from which the bytes are counted. */
export type Change =
  | {
      kind: 'baseline';
      why: 'first reading' | 'may only have come into sight' | 'older than the last reading' | 'went back to older figures';
    }
  | { kind: 'increase'; bytes: Traffic; since: number }
  | { kind: 'wrap'; bytes: Traffic; since: number }
  | { kind: 'began'; bytes: Traffic; since: number }
  | { kind: 'reset'; bytes: Traffic; since: number; why: ResetReason }
  | { kind: 'rejected'; bytes: Traffic; why: string }
  /** Not a restart. `short`: it shows so much less than its baseline, which stays. */
  | { kind: 'dip'; short: Traffic; why: DipReason };

/** The previous reading of the reader. */
export interface PreviousReading {
  /** Unix ms. */
  at: number;
  boot: string | null;
  /** Seconds since the router's boot; null if not reported. */
  uptime: number | null;
  /** It may have lacked counters that were there. */
  isPartial: boolean;
}

/** The context of one reading of a reader. */
export interface Circumstances {
  rules: CounterRules;
  /** Unix ms at which the answer arrived. */
  at: number;
  /** Null for the first successful reading of a reader. */
  previous: PreviousReading | null;
  /** Seconds since `previous`, by the clock that shows the most. */
  elapsed: number;
  /** Seconds since the router's boot; null if not reported. */
  uptime: number | null;
  /** The most bytes per second that a counter can gain. */
  fastest: number;
}
