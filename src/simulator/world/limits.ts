import type { LimitEffect } from '../../domain/people/limits/effect.ts';
import type { Direction, Traffic } from '../../domain/traffic.ts';
import { DIRECTIONS } from '../../domain/traffic.ts';
import { newTraffic } from './counter.ts';

/** A limit that a router keeps: all its members share one budget. */
export interface SimulatedLimit {
  readonly effect: LimitEffect;
  /** MACs and addresses. */
  readonly members: Set<string>;
  /** Bytes that may pass at once now, and since when (Unix ms). */
  readonly budget: Traffic;
  filledAt: number;
  /** Bytes that it held back since it was made. */
  readonly dropped: Traffic;
}

/** What a router limits. */
export interface LimitsState {
  limits: Map<string, SimulatedLimit>;
  /** All of them end by themselves at this Unix ms. */
  ends: number;
}

/** What passes after a silence: a second and a quarter of the rate, and at least so many bytes. */
const LEAST_AT_ONCE = 131_072;
/** Who sends finds out what fits: so much of it comes in vain. */
const IN_VAIN = 0.04;

export const noLimits = (): LimitsState => ({ limits: new Map(), ends: 0 });

export function newLimit(effect: LimitEffect, at: number): SimulatedLimit {
  return {
    effect,
    members: new Set(),
    budget: { download: atOnce(effect, 'download'), upload: atOnce(effect, 'upload') },
    filledAt: at,
    dropped: newTraffic(),
  };
}

/** The limits that stand at a time. */
export function standingAt({ limits, ends }: LimitsState, at: number): Map<string, SimulatedLimit> {
  return at < ends ? limits : new Map();
}

/**
 * What passes of bytes that a member would have moved up to `at`, and what is dropped of them; the rest is never sent, because senders slow
 * down. Accurate for steps of a second or less.
 */
export function passLimits(
  state: LimitsState,
  names: readonly string[],
  bytes: Traffic,
  at: number,
): { passed: Traffic; dropped: Traffic } {
  const passed = { ...bytes };
  const dropped = newTraffic();
  for (const limit of standingAt(state, at).values()) {
    if (!names.some((name) => limit.members.has(name))) continue;
    refill(limit, at);
    for (const way of DIRECTIONS) {
      const fits = Math.min(passed[way], Math.floor(limit.budget[way]));
      const vain = Math.floor(Math.min(passed[way] - fits, IN_VAIN * (limit.effect.kind === 'pause' ? passed[way] : fits)));
      limit.budget[way] -= fits;
      passed[way] = fits;
      limit.dropped[way] += vain;
      dropped[way] += vain;
    }
  }
  return { passed, dropped };
}

const rateOf = (effect: LimitEffect, way: Direction): number => (effect.kind === 'pause' ? 0 : (effect[way] ?? Number.POSITIVE_INFINITY));

function atOnce(effect: LimitEffect, way: Direction): number {
  const rate = rateOf(effect, way);
  return rate === 0 ? 0 : Math.max(1.25 * rate, LEAST_AT_ONCE);
}

/** Devices live through a step one after another, so `at` may also be earlier than the last one. */
function refill(limit: SimulatedLimit, at: number): void {
  const { effect, budget, filledAt } = limit;
  const seconds = (at - filledAt) / 1000;
  if (seconds <= 0) return;
  for (const way of DIRECTIONS) budget[way] = Math.min(atOnce(effect, way), budget[way] + rateOf(effect, way) * seconds);
  limit.filledAt = at;
}
