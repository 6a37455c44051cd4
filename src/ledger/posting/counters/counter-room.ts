import type { Reader } from '../../books.ts';

/** Room for the baselines of new counters, in one round. */
export interface CounterRoom {
  /** Takes room for one of a router; false if there is none. */
  take(router: string): boolean;
  /** Whether there is none for one more of a router. */
  isFull(router: string): boolean;
}

/**
 * Of `most` baselines half is kept for the routers in equal parts, and the rest is for who needs it first: a router that invents counters takes
 * none of the others' part. One alone may have all. Uplinks have a bound of their own. Rule: small.
 */
export function counterRoom(
  readers: Iterable<Pick<Reader, 'router' | 'source' | 'counters'>>,
  routers: Iterable<string>,
  most: number,
): CounterRoom {
  const kept = new Map<string, number>();
  for (const router of routers) kept.set(router, 0);
  for (const { router, source, counters } of readers) kept.set(router, (kept.get(router) ?? 0) + (source === 'wan' ? 0 : counters.size));
  const part = kept.size === 1 ? most : most / 2 / kept.size;
  let claimed = [...kept.values()].reduce((sum, count) => sum + Math.max(count, part), 0);
  const needsMore = (router: string) => (kept.get(router) ?? 0) + 1 > part;
  const isFull = (router: string) => needsMore(router) && claimed + 1 > most;
  return {
    isFull,
    take(router) {
      if (isFull(router)) return false;
      if (needsMore(router)) claimed += 1;
      kept.set(router, (kept.get(router) ?? 0) + 1);
      return true;
    },
  };
}
