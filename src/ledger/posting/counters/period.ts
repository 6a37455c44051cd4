import type { Baseline, CounterRules, Reading } from '../../../domain/counter.ts';
import { total } from '../../../domain/traffic.ts';

/**
 * The baselines that an answer is compared with. An answer names an accounting period by the calendar, and nlbwmon begins one only when it
 * has saved the one before: a later period has begun only if the first answer that names it shows the counters at less than half together.
 * Otherwise the baselines are taken as those of the named period. Rule: period begun.
 */
export function inNamedPeriod(
  known: ReadonlyMap<string, readonly Baseline[]>,
  counters: () => ReadonlyMap<string, readonly Reading[]>,
  { fall }: CounterRules,
): ReadonlyMap<string, readonly Baseline[]> {
  if (fall !== 'lowers') return known;
  const present = counters();
  const previous = latest([...known.values()].flat());
  const named = latest([...present.values()].flat());
  if (previous === null || named === null || named === previous || (named > previous && startedAgain(present, known))) return known;
  return new Map([...known].map(([counter, baselines]) => [counter, baselines.map((baseline) => inPeriod(baseline, previous, named))]));
}

const inPeriod = (baseline: Baseline, previous: number, named: number): Baseline =>
  baseline.epoch?.instance === previous ? { ...baseline, epoch: { ...baseline.epoch, instance: named } } : baseline;

function latest(counters: readonly Pick<Reading, 'epoch'>[]): number | null {
  let found: number | null = null;
  for (const { epoch } of counters) {
    const instance = epoch?.instance ?? null;
    if (instance !== null && (found === null || instance > found)) found = instance;
  }
  return found;
}

/** One counter alone may have been mended or reloaded: all that both answers show must together have fallen by most of their value. */
function startedAgain(present: ReadonlyMap<string, readonly Reading[]>, known: ReadonlyMap<string, readonly Baseline[]>): boolean {
  let [shown, before] = [0, 0];
  for (const [counter, [reading]] of present) {
    const [baseline] = known.get(counter) ?? [];
    if (reading === undefined || baseline === undefined) continue;
    shown += total(reading.bytes);
    before += total(baseline.bytes);
  }
  return shown < before / 2;
}
