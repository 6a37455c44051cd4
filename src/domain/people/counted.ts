import type { Quota } from './quota.ts';

/** A tariff that takes part in a sum, with the share of its bytes that counts there. */
interface CountedTariff {
  name: string;
  counts: number;
}

/**
 * What counts towards a quota, in a few words: `upload only`, `off_peak only`, `off_peak counts 0.5`; nothing where everything counts in
 * full. `tariffs`: those that may have bytes in its sum. One whose share was changed is there with each of its shares.
 */
export function countedWords({ direction, tariff }: Pick<Quota, 'direction' | 'tariff'>, tariffs: readonly CountedTariff[]): string[] {
  const way = direction === 'both' ? [] : [`${direction} only`];
  if (tariff !== null) return [...way, `${tariff} only`];
  const shares = new Map<string, Set<number>>();
  for (const { name, counts } of tariffs) shares.set(name, (shares.get(name) ?? new Set()).add(counts));
  const reduced = [...shares].filter(([, each]) => [...each].some((share) => share !== 1));
  return [...way, ...reduced.map(([name, each]) => `${name} counts ${[...each].sort((a, b) => a - b).join(' or ')}`)];
}
