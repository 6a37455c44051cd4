import type { Circumstances } from '../../../domain/change.ts';
import type { CounterRules } from '../../../domain/counter.ts';
import type { AnsweredSource } from '../../../domain/round.ts';
import type { Reader } from '../../books.ts';
import { type Arrival, elapsed, readAtByNow } from '../boot-identity.ts';
import { mayHaveLacked } from './unread.ts';

/** How the answer relates to the reading before. */
export interface Continuation {
  /** Null for a first reading. */
  before: Reader | null;
  arrival: Arrival;
  /** Whether the router's uptime is believed. */
  isTrusted: boolean;
}

/** What is known about the time since the reading before. `lineRate` is bits per second. */
export function circumstancesOf(
  rules: CounterRules,
  { before, arrival, isTrusted }: Continuation,
  result: AnsweredSource,
  lineRate: number,
): Circumstances {
  const previous = before && {
    at: readAtByNow(before, arrival),
    boot: before.boot,
    uptime: before.uptime,
    isPartial: mayHaveLacked(before, result) || !isTrusted,
  };
  return {
    rules,
    at: result.at,
    previous,
    elapsed: before === null ? 0 : elapsed(before, arrival),
    uptime: isTrusted ? arrival.uptime : null,
    // The line carries as much in each direction.
    fastest: (lineRate / 8) * (rules.directions === 'sum' ? 2 : 1),
  };
}

/** The last answer had the counter, with a value that made no sense: it is not new. Rule: isolation. */
export const afterUnread = (now: Circumstances): Circumstances => ({
  ...now,
  previous: now.previous && { ...now.previous, isPartial: true },
});
