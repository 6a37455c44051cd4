import type { AnsweredSource } from '../../domain/round.ts';
import { count } from '../../errors.ts';
import type { Reader } from '../books.ts';

/** Lines of an answer that may have been counters, but whose names cannot be read. Rule: isolation. */
export const unnamedIn = ({ skipped, unread = [] }: AnsweredSource): number => skipped - unread.length;

/**
 * Whether the last answer may have lacked counters that were there. A line that cannot be read in every answer is none of those that
 * appear; one that could not be read and now can may be any of them. Rule: isolation.
 */
export const mayHaveLacked = (before: Reader, result: AnsweredSource): boolean => before.isPartial || unnamedIn(result) < before.unnamed;

/** Says how many lines of an answer could not be used, when they are more than before, and once a day; else null. Rule: isolation. */
export function skippedWhy(
  { unnamed, unread }: Pick<Reader, 'unnamed' | 'unread'>,
  before: Reader | null,
  isNewDay: boolean,
): string | null {
  const lines = unnamed + unread.size;
  const known = before === null || isNewDay ? 0 : before.unnamed + before.unread.size;
  return lines > known ? `${count(lines, 'line')} of its answer could not be used` : null;
}
