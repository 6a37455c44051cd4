import type { Traffic } from '../domain/traffic.ts';
import { SourceError } from '../errors.ts';

/** What of an answer makes no sense. It costs itself only. Rule: isolation. */
export interface Skipped {
  /** Number of such lines. */
  skipped: number;
  /** Why the first of them are skipped. */
  skippedBecause: readonly string[];
  /** Names of counters that are there, but whose value makes no sense. */
  unread: readonly string[];
  /** Whether there was no room for some, any of which may be counters of the next answer. */
  isPartial?: boolean;
}

const MOST_REASONS = 5;

export interface Skips {
  readonly found: Skipped;
  /** Skips a line. `counter`: the name of the counter whose value it has. */
  skip(why: string, counter?: string): void;
  /** Counts entries that there is no room for. */
  leaveOut(count: number, why?: string): void;
  /** What `parse` returns, or null and one more skipped line where it throws a SourceError. */
  attempt(what: () => string, counter: string, parse: () => Traffic): Traffic | null;
}

export function createSkips(): Skips {
  const reasons: string[] = [];
  const unread: string[] = [];
  let skipped = 0;
  let isPartial = false;

  function skip(why: string, counter?: string): void {
    skipped += 1;
    if (reasons.length < MOST_REASONS) reasons.push(why);
    if (counter !== undefined) unread.push(counter);
  }

  return {
    get found() {
      return { skipped, skippedBecause: reasons, unread, ...(isPartial && { isPartial }) };
    },
    skip,
    leaveOut(count, why) {
      if (count === 0) return;
      skipped += count;
      isPartial = true;
      if (why !== undefined && reasons.length < MOST_REASONS) reasons.push(why);
    },
    attempt(what, counter, parse) {
      try {
        return parse();
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        skip(`${what()}: ${error.message}`, counter);
        return null;
      }
    },
  };
}
