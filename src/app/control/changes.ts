import type { AskedLimits } from '../../control/limits/due.ts';
import type { DecidedLimit } from '../../domain/people/limits/decide.ts';
import { type LimitEffect, sameEffect } from '../../domain/people/limits/effect.ts';
import { keyOfThing, type LimitThing } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';
import { actionText, auditName, reasonText } from '../../domain/people/limits/words.ts';
import type { LimitOnRouter } from '../../views/limits-status.ts';
import type { LimitNews } from './said.ts';

/** What an answer of a router changed. */
export interface Answered {
  router: string;
  wanted: readonly WantedLimit[];
  decided: readonly DecidedLimit[];
  /** What became of the wanted limits, by id. */
  limits: ReadonlyMap<string, Pick<LimitOnRouter, 'state' | 'why'>>;
  /** What stood before, as far as that is known. */
  before: ReadonlyMap<string, LimitEffect>;
  /** Things of limits that were wanted before, by id. */
  things: ReadonlyMap<string, LimitThing>;
  /** Refusals that were noted before, by id. */
  refused: ReadonlyMap<string, string>;
  timezone: string;
}

/** What became of limits on a router, for the audit: those that began, changed, were refused or ended, named ones first. */
export function newsOf({ router, wanted, decided, limits, before, things, refused, timezone }: Answered): LimitNews[] {
  const news: LimitNews[] = [];
  const add = (kind: LimitNews['kind'], thing: string, why: string) => news.push({ router, thing, kind, why });
  const byKey = new Map(decided.map((limit) => [keyOfThing(limit.thing), limit]));
  for (const { id, thing, effect } of [...wanted].sort((a, b) => Number(b.isNamed) - Number(a.isNamed))) {
    const { state, why } = limits.get(id) ?? { state: 'waiting', why: null };
    const was = before.get(id);
    if (state === 'refused' && refused.get(id) !== why) add('refused', auditName(thing), `could not be ${actionText(effect)}: ${why}`);
    if (state !== 'active' || (was !== undefined && sameEffect(was, effect))) continue;
    const because = byKey.get(keyOfThing(thing))?.reasons.map((reason) => reasonText(reason, timezone));
    add('began', auditName(thing), `${actionText(effect)} by ${because?.join('; ') ?? 'nobody'}`);
  }
  const ids = new Set(wanted.map(({ id }) => id));
  for (const id of before.keys()) {
    const thing = things.get(id);
    if (!ids.has(id)) add('ended', thing === undefined ? id : auditName(thing), 'free again');
  }
  return news;
}

/** What stands after an answer: what the router accepted. */
export function acceptedOf(wanted: readonly WantedLimit[], limits: Answered['limits']): AskedLimits['accepted'] {
  return new Map(wanted.flatMap(({ id, effect }) => (limits.get(id)?.state === 'active' ? [[id, effect] as const] : [])));
}
