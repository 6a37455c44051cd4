import { type LimitEffect, type StandingLimit, sameEffect } from '../../domain/people/limits/effect.ts';

/** What a router was last asked for, with an answer that was not a failure. */
export interface AskedLimits {
  text: string;
  /** Limits that it accepted, by id. */
  accepted: ReadonlyMap<string, LimitEffect>;
  /** Whether it refused some. */
  refused: boolean;
  /** Ms of the monotonic clock, and Unix ms, at which the answer arrived. */
  tick: number;
  at: number;
  /** The boot of the router, and whether flow offloading was on, as shown before; null where it does not show them. */
  boot: string | null;
  offload: string | null;
}

/** What a router shows now. */
export interface ShownLimits {
  boot: string | null;
  offload: string | null;
  /** Unix ms at which it answered; null if it was not read, or could not read its limits. */
  at: number | null;
  /** What stands there; null if it shows none. */
  standing: readonly StandingLimit[] | null;
}

/** Why a router is to be asked: for the first time, for something else, because something is missing, or so that nothing ends. */
export type LimitsDue = 'first' | 'changed' | 'missing' | 'refresh';

export interface DueFacts {
  /** What is wanted now, and whether that is any limit at all. */
  text: string;
  wantsAny: boolean;
  asked: AskedLimits | null;
  shown: ShownLimits;
  /** Whether it showed no limits although all that it was asked for stood, as it answered: its script is old. */
  isMute: boolean;
  /** Ms of the monotonic clock. */
  tick: number;
  /** Seconds after which limits end by themselves. */
  expire: number;
}

/** Whether a router is to be asked for its limits, and why; null if not. */
export function dueNow({ text, wantsAny, asked, shown, isMute, tick, expire }: DueFacts): LimitsDue | null {
  if (asked === null) {
    // One that is read shows what was left behind, if anything was; nobody else can know.
    const mayHaveSome = shown.at === null || (shown.standing !== null && shown.standing.length > 0);
    return wantsAny || mayHaveSome ? 'first' : null;
  }
  if (text !== asked.text || (asked.refused && shown.offload !== asked.offload)) return 'changed';
  if (isMissing(asked, shown, isMute)) return 'missing';
  return wantsAny && tick - asked.tick >= (expire * 1000) / 4 ? 'refresh' : null;
}

function isMissing({ accepted, boot, at }: AskedLimits, shown: ShownLimits, isMute: boolean): boolean {
  // What it showed before it was asked says nothing.
  if (shown.at === null || shown.at <= at) return false;
  if (shown.standing !== null) return !isSame(accepted, shown.standing);
  if (accepted.size === 0) return false;
  return !isMute || (boot !== null && shown.boot !== boot);
}

const isSame = (accepted: ReadonlyMap<string, LimitEffect>, standing: readonly StandingLimit[]): boolean =>
  accepted.size === standing.length &&
  standing.every(({ id, effect }) => {
    const wanted = accepted.get(id);
    return wanted !== undefined && sameEffect(wanted, effect);
  });
