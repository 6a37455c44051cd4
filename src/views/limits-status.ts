import type { DecidedLimit } from '../domain/people/limits/decide.ts';
import type { LimitEffect } from '../domain/people/limits/effect.ts';
import type { HandLimit, LimitReason, LimitThing } from '../domain/people/limits/limit.ts';

/** What limits there are, as last decided, and what became of them on routers. Times are Unix ms. */
export interface LimitsStatus {
  /** What people decided, those that have ended too. */
  hand: readonly HandLimit[];
  decided: readonly DecidedLimit[];
  routers: readonly LimitsOnRouter[];
}

export interface LimitsOnRouter {
  router: string;
  limits: readonly LimitOnRouter[];
  /** When it last answered; null: never. */
  askedAt: number | null;
  /** Why it could not be asked the last time; null if it could. */
  failure: string | null;
  /** Limits that there was no room for, or not for all that belongs to them. */
  left: number;
  /** What it answered besides, for its owner. */
  notes: readonly string[];
  /** Since the program began, by thing and reason. */
  dropped: readonly DroppedByLimit[];
}

export interface LimitOnRouter {
  thing: LimitThing;
  effect: LimitEffect;
  reason: LimitReason['by'];
  /** `waiting`: wanted, and not yet accepted. */
  state: 'active' | 'waiting' | 'refused';
  /** Why it was refused. */
  why: string | null;
}

/** Bytes that limits held back, as the device sees them. */
export interface DroppedByLimit {
  thing: LimitThing;
  reason: LimitReason['by'];
  download: number;
  upload: number;
}
