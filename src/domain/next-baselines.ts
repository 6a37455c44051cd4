import type { Change } from './change.ts';
import type { Baseline, Reading } from './counter.ts';
import { dippedBaseline, raiseDips, restoredFor } from './fall.ts';
import { DIRECTIONS, type Traffic } from './traffic.ts';

/** What is kept of a counter once its changes are known. Rule: dip. */
export function nextBaselines(
  readings: readonly Reading[],
  baselines: readonly Baseline[],
  changes: readonly Change[],
  at: number,
): Baseline[] {
  const [reading, kept] = [readings[0], baselines[0]];
  const dipped = changes.find((change) => change.kind === 'dip' && change.why !== 'came back');
  if (readings.length > 1 || baselines.length > 1) {
    const lines = readings.map(({ bytes }) => bytes);
    const raised = dipped === undefined ? lines : raiseDips(lines, baselines);
    return readings.map(({ bytes, epoch }, i): Baseline => {
      const line = raised[i] ?? bytes;
      return line === bytes ? { bytes, epoch, lastRead: null } : { bytes: line, epoch, lastRead: null, dip: { since: at, other: bytes } };
    });
  }
  const isPlain = kept === undefined || (dipped === undefined && kept.dip === undefined && !changes.some(isFall));
  if (reading === undefined || isPlain || changes.some(startsEpoch)) {
    return readings.map(({ bytes, epoch }) => ({ bytes, epoch, lastRead: null }));
  }
  const among = (bytes: Traffic) => DIRECTIONS.filter((direction) => bytes[direction] > 0);
  const wrapped = changes.flatMap((change) => (change.kind === 'wrap' ? among(change.bytes) : []));
  const dips = { dipped: dipped?.kind === 'dip' ? among(dipped.short) : [], wrapped };
  return [dippedBaseline(reading, restoredFor(kept, reading), dips, at)];
}

const isFall = (change: Change): boolean => change.kind === 'reset' && change.why === 'fell';

/** What a counter showed in an earlier epoch says nothing. */
const startsEpoch = (change: Change): boolean =>
  change.kind === 'baseline' || (change.kind === 'reset' && change.why !== 'fell' && change.why !== 'stayed below');
