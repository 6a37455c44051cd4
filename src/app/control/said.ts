import { count } from '../../errors.ts';
import type { LimitNote } from '../../ledger/storage/people/limits.ts';

/** A row for the audit, and what it is about. */
export interface LimitNews extends LimitNote {
  kind: 'began' | 'ended' | 'refused' | 'failed' | 'missing' | 'room' | 'freed';
}

/** Rows of one answer: a schedule of each device may change hundreds. */
const MOST_NOTES = 16;
/** Ms in which a router makes the same kind of row of a thing once. */
const ONCE_MS = 1_800_000;

/** Says what became of limits on one router, so that one that lies does not fill the audit and the log. */
export interface Said {
  /** Of `all`, what is to be said now. What somebody decided is said each time. */
  of(all: readonly LimitNews[], tick: number, isDecision: boolean): LimitNews[];
}

export function createSaid(): Said {
  const last = new Map<string, number>();
  return {
    of(all, tick, isDecision) {
      for (const [key, at] of last) if (tick - at >= ONCE_MS) last.delete(key);
      const keyOf = ({ kind, thing }: LimitNews) => `${kind} ${thing ?? ''}`;
      const fresh = isDecision ? all : all.filter((news) => !last.has(keyOf(news)));
      const said = fresh.length <= MOST_NOTES ? [...fresh] : fresh.slice(0, MOST_NOTES - 1);
      const [first] = fresh;
      if (first !== undefined && said.length < fresh.length) {
        const why = `${count(fresh.length - said.length, 'more limit')} began, changed, ended or could not be set`;
        said.push({ router: first.router, thing: null, kind: 'began', why });
      }
      for (const news of said) last.set(keyOf(news), tick);
      return said;
    },
  };
}
