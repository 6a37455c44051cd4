import type { Baseline, CounterRules, Reading } from '../../domain/counter.ts';

/**
 * The readings in the accounting period that their program holds. An answer names a period by the calendar, and nlbwmon begins one only when
 * it has saved the one before: a later period has begun only if some counter fell by most of its value. An earlier one never comes back.
 * Rule: period begun.
 */
export function inPeriodBegun<R extends Reading>(
  present: Map<string, R[]>,
  known: ReadonlyMap<string, readonly Baseline[]>,
  { fall }: CounterRules,
): Map<string, R[]> {
  if (fall !== 'lowers') return present;
  const held = latest([...known.values()].flat());
  const named = latest([...present.values()].flat());
  if (held === null || named === null || named === held || (named > held && startedAgain(present, known))) return present;
  const inHeld = (reading: R): R => ({ ...reading, epoch: reading.epoch && { ...reading.epoch, instance: held } });
  return new Map([...present].map(([counter, readings]) => [counter, readings.map(inHeld)]));
}

/** The latest period; not a loop over arguments, which are too many for a call. */
function latest(counters: readonly Pick<Reading, 'epoch'>[]): number | null {
  let found: number | null = null;
  for (const { epoch } of counters) {
    const instance = epoch?.instance ?? null;
    if (instance !== null && (found === null || instance > found)) found = instance;
  }
  return found;
}

function startedAgain(present: ReadonlyMap<string, readonly Reading[]>, known: ReadonlyMap<string, readonly Baseline[]>): boolean {
  for (const [counter, [reading]] of present) {
    const [baseline] = known.get(counter) ?? [];
    if (reading === undefined || baseline === undefined) continue;
    const { bytes } = baseline;
    if (reading.bytes.download < bytes.download / 2 || reading.bytes.upload < bytes.upload / 2) return true;
  }
  return false;
}
