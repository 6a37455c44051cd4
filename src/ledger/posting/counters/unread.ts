import type { CounterRules, Reading } from '../../../domain/counter.ts';
import type { AnsweredSource } from '../../../domain/round.ts';
import { count } from '../../../errors.ts';
import type { Reader } from '../../books.ts';
import { byCounter } from './baselines.ts';

/** Lines of an answer that may have been counters, but whose names cannot be read. Rule: isolation. */
export const unnamedIn = ({ skipped, unread = [] }: AnsweredSource): number => skipped - unread.length;

/**
 * Whether the last answer may have lacked counters that were there. A line that cannot be read in every answer is none of those that
 * appear; one that could not be read and now can may be any of them. Rule: isolation.
 */
export const mayHaveLacked = (before: Reader, result: AnsweredSource): boolean => before.isPartial || unnamedIn(result) < before.unnamed;

/**
 * The readings of a list of stations without those of a MAC of which a line cannot be read now: its other lines may be any of its counters. They
 * wait for one answer, and no longer. `links`: lines of it besides, that do not count. Rule: isolation.
 */
export function withoutLacking<R extends Reading>(
  readings: readonly R[],
  before: Reader | null,
  { unread, unnamed }: Pick<Reader, 'unread' | 'unnamed'>,
  links: ReadonlyMap<string, readonly unknown[]> = new Map(),
): readonly R[] {
  if (before === null || (unread.size === 0 && unnamed <= before.unnamed)) return readings;
  const shown = byCounter(readings);
  const lines = (counters: ReadonlyMap<string, readonly unknown[]>, counter: string) => counters.get(counter)?.length ?? 0;
  const lacks = (counter: string) => {
    const known = lines(before.counters, counter);
    if (unread.has(counter)) return known > 0 && !before.unread.has(counter);
    return unnamed > before.unnamed && lines(shown, counter) + lines(links, counter) < known;
  };
  return readings.filter(({ counter }) => !lacks(counter));
}

/** Whether an answer may lack a counter that is there. */
export const mayMiss = ({ absent }: CounterRules): boolean => absent === 'missed' || absent === 'kept';

/**
 * Whether a line that could not be read may be missing now: what appears in the next answer is not new either. `isShown`: by an answer or a
 * baseline. Rule: isolation.
 */
export const mayLack = (before: Reader, { unnamed }: Pick<Reader, 'unnamed'>, isShown: (counter: string) => boolean): boolean =>
  unnamed < before.unnamed || [...before.unread].some((counter) => !isShown(counter));

/**
 * Says how many lines of an answer could not be used: once a day, and again if they are twice as many as it said. `noted`: what it said today.
 * Returns null where there is nothing to say. Rule: isolation.
 */
export const skippedWhy = (lines: number, noted: number): string | null =>
  lines > noted && lines >= 2 * noted ? `${count(lines, 'line')} of its answer could not be used` : null;
