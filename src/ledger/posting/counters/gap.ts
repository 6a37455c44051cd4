import type { Circumstances } from '../../../domain/change.ts';
import { RANGE_32 } from '../../../domain/fall.ts';
import type { CounterAnswer } from './readings.ts';

/** Bytes a second, both directions together, that no line of a router with counters of 32 bits exceeds: a faster one is not configured. */
const FASTEST_LINE = 2.5e8;

/** Why the audit names the time since the last reading; null if it is usual. `after`: seconds; 0 if none is too long. Rule: undirected counter. */
export function gapIn({ rules, readings }: CounterAnswer, { elapsed, fastest }: Circumstances, after: number): string | null {
  const silence = `no reading for ${Math.round(elapsed)} s`;
  const mayPass = rules.directions === 'sum' && fastest <= FASTEST_LINE && elapsed > RANGE_32 / fastest;
  if (mayPass && readings.some(({ bits }) => bits === 32))
    return `${silence}, in which a counter of 32 bits may have passed its end more than once`;
  return after > 0 && elapsed > after ? silence : null;
}
