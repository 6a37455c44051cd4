import type { Traffic } from '../../../src/domain/traffic.ts';

/** How counters of nlbwmon, of type C, name the period that their bytes are of, and how one is named anew. Periods sort by their begin. */
export interface Named<C, Known extends C, P extends number | string> {
  /** Null if it names none. */
  period: (counter: C) => P | null;
  bytes: (counter: C) => Traffic;
  moved: (known: Known, to: P) => Known;
}

/**
 * What is `known`, by name, in the period that an answer says it is of. A later period than all known has begun only if its first
 * answer shows a great fall of all together; else what is known belongs to it.
 */
export function inNamedPeriod<C, Known extends C, P extends number | string>(
  known: ReadonlyMap<string, Known>,
  shown: readonly (readonly [name: string, C])[],
  { period, bytes, moved }: Named<C, Known, P>,
): Map<string, Known> {
  const latest = (counters: Iterable<C>): P | null =>
    [...counters].map(period).reduce((last, each) => (each !== null && (last === null || each > last) ? each : last), null);
  const sum = (counters: readonly C[]): number => counters.map(bytes).reduce((all, { download, upload }) => all + download + upload, 0);
  const [last, named] = [latest(known.values()), latest(shown.map(([, counter]) => counter))];
  const both = shown.flatMap(([name, counter]) => {
    const before = known.get(name);
    return before === undefined ? [] : [{ counter, before }];
  });
  const hasFallen = 2 * sum(both.map(({ counter }) => counter)) < sum(both.map(({ before }) => before));
  if (last === null || named === null || named === last || (named > last && hasFallen)) return new Map(known);
  return new Map([...known].map(([name, counter]) => [name, period(counter) === last ? moved(counter, named) : counter]));
}
