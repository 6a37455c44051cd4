import type { ShownLimits } from '../../control/limits/due.ts';
import { type DecidedLimit, decidingReason } from '../../domain/people/limits/decide.ts';
import { keyOfThing, type LimitsConfig } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';
import { count } from '../../errors.ts';

/** What a router is to have now. */
export interface WantedNow {
  wanted: readonly WantedLimit[];
  decided: readonly DecidedLimit[];
  /** Names of what did not fit, or only in part. */
  left: readonly string[];
  shown: ShownLimits;
  terms: Pick<LimitsConfig, 'expire' | 'whilePaused'>;
  timezone: string;
}

/** What decides each limit, by the key of its thing. */
export const reasonsOf = ({ decided }: WantedNow) =>
  new Map(decided.map((limit) => [keyOfThing(limit.thing), decidingReason(limit)?.by ?? 'hand'] as const));

/** What people, quotas and schedules decided of what they name. Nothing that a router shows changes it, but for usage. */
export function decisionsOf({ wanted, decided, terms }: WantedNow): string {
  const named = wanted.filter(({ isNamed }) => isNamed).map(({ id, effect }) => [id, effect]);
  const hand = decided.flatMap(({ reasons }) => reasons.flatMap((reason) => (reason.by === 'hand' ? reason.number : [])));
  return JSON.stringify([named, hand, terms.expire, terms.whilePaused]);
}

/** For the owner, once. */
export function roomText(left: readonly string[]): string {
  const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
  return `There is not enough room for ${count(left.length, 'limit')}, so not all that belongs to them is limited: ${left.slice(0, 5).join(', ')}${more}`;
}
