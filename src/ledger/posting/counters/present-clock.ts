import type { Baseline, Doubt, Doubts } from '../../../domain/counter.ts';
import { DIRECTIONS } from '../../../domain/traffic.ts';
import { isPlain } from './baselines.ts';

/**
 * Baselines with their times by the present wall clock, which was set by `ms` since they were kept: what waits or is open is as old as before.
 * Rule: time.
 */
export function byPresentClock(known: ReadonlyMap<string, readonly Baseline[]>, ms: number): ReadonlyMap<string, readonly Baseline[]> {
  if (ms === 0) return known;
  return new Map([...known].map(([counter, baselines]) => [counter, baselines.every(isPlain) ? baselines : baselines.map(byClock(ms))]));
}

const byClock =
  (ms: number) =>
  (baseline: Baseline): Baseline => {
    const { lastRead, doubts } = baseline;
    return { ...baseline, lastRead: lastRead && lastRead + ms, ...(doubts && { doubts: movedDoubts(doubts, ms) }) };
  };

function movedDoubts(doubts: Doubts, ms: number): Doubts {
  const moved: Doubts = {};
  for (const direction of DIRECTIONS) {
    const doubt = doubts[direction];
    if (doubt !== undefined) moved[direction] = movedDoubt(doubt, ms);
  }
  return moved;
}

function movedDoubt(doubt: Doubt, ms: number): Doubt {
  const since = doubt.since + ms;
  switch (doubt.kind) {
    case 'dipped':
    case 'owed':
      return { ...doubt, since, settles: doubt.settles + ms, ...(doubt.fell && { fell: { ...doubt.fell, since: doubt.fell.since + ms } }) };
    case 'refused':
      return { ...doubt, since, ...(doubt.at !== undefined && { at: doubt.at + ms }) };
    case 'unsure':
    case 'fell':
      return { ...doubt, since };
    default:
      return doubt satisfies never;
  }
}
