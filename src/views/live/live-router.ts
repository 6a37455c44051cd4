import type { SourceName } from '../../domain/observation.ts';
import type { RouterRound } from '../../domain/round.ts';
import type { FailureReason } from '../../errors.ts';
import { ownersAt } from '../../ledger/posting/names/owners.ts';
import { nextRates, type RateBase, type RateTerms, type SourceRates } from './source-rates.ts';

/** A router as it is watched. */
export interface LiveRouter {
  sources: ReadonlyMap<SourceName, { base: RateBase; rates: SourceRates | null }>;
  /** Ms on the monotonic clock at which it was last read; null: not yet. */
  readTick: number | null;
  /** Why it could not be read the last time; null if it could. */
  failure: FailureReason | null;
}

/** Unix ms, and ms on the monotonic clock. */
export interface Moment {
  at: number;
  tick: number;
}

/** A router after another reading. A source that could not be read has no rates, and keeps what the next reading is compared with. */
export function readLive(
  before: LiveRouter | undefined,
  { router, system, results }: RouterRound,
  now: Moment,
  terms: Omit<RateTerms, 'ownerOf'>,
): LiveRouter {
  const ownerOf = ownersAt({ results });
  const sources = new Map<SourceName, { base: RateBase; rates: SourceRates | null }>();
  for (const result of results) {
    const known = before?.sources.get(result.source);
    if (result.status === 'failed') {
      if (known !== undefined) sources.set(result.source, { base: known.base, rates: null });
      continue;
    }
    // Answers of one router come one after the other.
    const tick = now.tick - Math.max(0, now.at - result.at);
    const next = nextRates(known?.base ?? null, { router, system, result, tick }, { ...terms, ownerOf }) ?? known;
    if (next !== undefined) sources.set(result.source, next);
  }
  const isRead = results.some(({ status }) => status === 'ok');
  const failure = isRead ? null : (results.flatMap((result) => (result.status === 'failed' ? result.reason : []))[0] ?? null);
  return { sources, readTick: isRead ? now.tick : (before?.readTick ?? null), failure };
}

/** Seconds between the last two readings; null without two. */
export function secondsOf({ sources }: LiveRouter): number | null {
  const seconds = [...sources.values()].flatMap(({ rates }) => rates?.seconds ?? []);
  return seconds.length === 0 ? null : Math.max(...seconds);
}
