import type { Circumstances } from '../../../domain/change.ts';
import type { Baseline, Epoch, Reading } from '../../../domain/counter.ts';
import { minus, type Traffic } from '../../../domain/traffic.ts';

/** What all counters of an answer share that only went on. */
export interface Onward {
  /** Unix ms of the reading before. */
  since: number;
  /** Bytes that the line could carry since then, each way. */
  most: number;
}

/** Null for a first reading. */
export function onwardFrom({ previous, at, elapsed, rules, fastest }: Circumstances): Onward | null {
  if (previous === null) return null;
  return { since: previous.at, most: fastest * (Math.max(elapsed, (at - previous.at) / 1000) + rules.refresh) };
}

/**
 * The short way of nearly every counter: within its epoch, with nothing in doubt, it shows at least what it did in the reading before, and
 * the line could carry the rest. Returns the increase that `compare` would, after which `nextBaselines` would keep the reading; null for any
 * other counter.
 */
export function plainIncrease({ bytes, epoch }: Reading, baseline: Baseline, { most }: Onward): Traffic | null {
  if (baseline.lastRead !== null || baseline.doubts !== undefined || !isSame(epoch, baseline.epoch)) return null;
  const moved = minus(bytes, baseline.bytes);
  return moved.download >= 0 && moved.upload >= 0 && moved.download <= most && moved.upload <= most ? moved : null;
}

function isSame(epoch: Epoch | null, before: Epoch | null): boolean {
  if (epoch === null || before === null) return epoch === before;
  return epoch.boot === before.boot && epoch.instance === before.instance && epoch.began === before.began && epoch.margin === before.margin;
}
