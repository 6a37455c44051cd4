import type { AskedLimits } from '../../control/limits/due.ts';
import type { DecidedLimit } from '../../domain/people/limits/decide.ts';
import { type LimitEffect, sameEffect } from '../../domain/people/limits/effect.ts';
import { keyOfThing, type LimitThing } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';
import { actionText, auditName, reasonText } from '../../domain/people/limits/words.ts';
import { count } from '../../errors.ts';
import type { LimitNote } from '../../ledger/storage/people/limits.ts';
import type { LimitOnRouter } from '../../views/limits-status.ts';

/** Rows that one answer may add to the audit: a schedule of each device may change hundreds. */
const MOST_NOTES = 16;

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

/** What became of limits on a router, for the audit: those that began, changed, were refused or ended. */
export function notesOf({ router, wanted, decided, limits, before, things, refused, timezone }: Answered): LimitNote[] {
  const notes: LimitNote[] = [];
  const add = (thing: string, why: string) => notes.push({ router, thing, why });
  for (const { id, thing, effect } of wanted) {
    const { state, why } = limits.get(id) ?? { state: 'waiting', why: null };
    const was = before.get(id);
    if (state === 'refused' && refused.get(id) !== why) add(auditName(thing), `could not be ${actionText(effect)}: ${why}`);
    if (state !== 'active' || (was !== undefined && sameEffect(was, effect))) continue;
    const because = decided
      .find((limit) => keyOfThing(limit.thing) === keyOfThing(thing))
      ?.reasons.map((reason) => reasonText(reason, timezone));
    add(auditName(thing), `${actionText(effect)} by ${because?.join('; ') ?? 'nobody'}`);
  }
  const ids = new Set(wanted.map(({ id }) => id));
  for (const id of before.keys()) {
    const thing = things.get(id);
    if (!ids.has(id)) add(thing === undefined ? id : auditName(thing), 'free again');
  }
  if (notes.length <= MOST_NOTES) return notes;
  return [
    ...notes.slice(0, MOST_NOTES - 1),
    { router, thing: null, why: `${count(notes.length - MOST_NOTES + 1, 'more limit')} began, changed or ended` },
  ];
}

/** What stands after an answer: what the router accepted. */
export function acceptedOf(wanted: readonly WantedLimit[], limits: Answered['limits']): AskedLimits['accepted'] {
  return new Map(wanted.flatMap(({ id, effect }) => (limits.get(id)?.state === 'active' ? [[id, effect] as const] : [])));
}
