import type { Change, Circumstances, DipReason } from './change.ts';
import type { Baseline, Epoch, Reading } from './counter.ts';
import { type Fallen, fellToStart, gainedPastEnd, hasSettled, isProvedEpoch, judgeFall, leastOf, pastEnd } from './fall.ts';
import { DIRECTIONS, type Direction, isZero, minus, NOTHING, type Traffic } from './traffic.ts';

const RANGE_32 = 2 ** 32;

/** A counting program loads its last saved figures when it starts: those bytes are already posted. Rule: lowered counter. */
const LOWERED = { kind: 'baseline', why: 'went back to older figures' } as const;

/** What a fall within an epoch means, or a rise that is more than the line could carry. */
export function withinEpoch(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  const { directions } = now.rules;
  switch (directions) {
    case 'apart':
      return changesApart(reading, baseline, now, since);
    case 'together':
      return changesOfPair(reading, baseline, now, since);
    default:
      return directions satisfies never;
  }
}

/** Each direction by itself. Of what dipped nothing is posted until its baseline is passed. Rule: dip. */
function changesApart(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  const changes: Change[] = [];
  const short = { ...NOTHING };
  let why: DipReason = 'still shows less';
  for (const direction of DIRECTIONS) {
    const change = changeOfOne(direction, reading, baseline, now, since);
    if (change !== null) changes.push(change);
    else {
      short[direction] = baseline.bytes[direction] - reading.bytes[direction];
      if (leastOf(baseline, direction) === null) why = 'shows less';
    }
  }
  return isZero(short) ? changes : [...changes, { kind: 'dip', short, why }];
}

/** Null for a dip. */
function changeOfOne(
  direction: Direction,
  reading: Reading,
  baseline: Baseline,
  now: Circumstances,
  since: number,
): Exclude<Change, { kind: 'dip' }> | null {
  const [value, before] = [reading.bytes[direction], baseline.bytes[direction]];
  const only = (bytes: number): Traffic => ({ ...NOTHING, [direction]: bytes });
  if (value >= before) return { kind: 'increase', bytes: only(value - before), since };
  const { fall } = now.rules;
  switch (fall) {
    case 'lowers':
      return LOWERED;
    case 'reset': {
      const fallen = fallenOf(direction, reading, baseline, now, since);
      const judged = judgeFall(fallen);
      if (judged.kind === 'wrap') return { kind: 'wrap', bytes: only(judged.bytes), since };
      if (judged.kind === 'restart') return { kind: 'reset', bytes: only(judged.bytes), since, why: 'fell' };
      const least = leastOf(baseline, direction);
      const fellAt = baseline.dip?.since ?? now.at;
      if (least === null || !hasSettled(fallen, least, now.at - fellAt)) return null;
      return { kind: 'reset', bytes: only(value - least), since: Math.min(since, fellAt), why: 'stayed below' };
    }
    default:
      return fall satisfies never;
  }
}

/** A pair restarts at once, unless the epoch proves that it did not, or it only dipped: then each direction is judged by itself. */
function changesOfPair(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  const fallen = fallenIn(reading.bytes, baseline.bytes);
  if (fallen.length === 0) return [increase(reading.bytes, baseline.bytes, since)];
  const { fall } = now.rules;
  switch (fall) {
    case 'lowers':
      return [LOWERED];
    case 'reset': {
      const facts = fallen.map((direction) => fallenOf(direction, reading, baseline, now, since));
      const isPair = facts.some((each) => (each.isProved ? gainedPastEnd(each) !== null : fellToStart(each)));
      return isPair ? [resetOrWrap(reading, baseline, fallen, now, since)] : changesApart(reading, baseline, now, since);
    }
    default:
      return fall satisfies never;
  }
}

function fallenOf(direction: Direction, reading: Reading, baseline: Baseline, now: Circumstances, since: number): Fallen {
  const { bytes, bits, epoch } = reading;
  const { epoch: epochBefore } = baseline;
  return {
    value: bytes[direction],
    before: baseline.bytes[direction],
    bits,
    isProved: isProvedEpoch(baseline, epoch),
    mayBeNew: epoch !== null && epochBefore !== null && (epoch.instance === null || epochBefore.instance === null),
    most: now.fastest * Math.max(now.elapsed, (now.at - since) / 1000),
  };
}

/**
 * A pair of 32 bits that fell has begun again, or what fell went past its end. Where the epoch excludes a reset, it is a wrap. Else two
 * falls are a reset: two wraps at once are less likely, and more bytes. One fall is a wrap only if the other direction had counted, and
 * if the counter gained less than half its range (as serial numbers are compared, RFC 1982); in doubt each direction posts the least
 * that either explanation allows.
 */
function resetOrWrap(
  { bytes, bits, epoch }: Reading,
  baseline: Baseline,
  fallen: readonly Direction[],
  now: Circumstances,
  since: number,
): Change {
  const { bytes: before } = baseline;
  const most = now.fastest * Math.max(now.elapsed, (now.at - since) / 1000);
  const gain = (direction: Direction): number | null =>
    fallen.includes(direction)
      ? pastEnd({ value: bytes[direction], before: before[direction], bits, most })
      : bytes[direction] - before[direction];
  const reset = { kind: 'reset', bytes, since, why: 'fell' } as const;
  const [download, upload] = [gain('download'), gain('upload')];
  if (download === null || upload === null) return reset;
  const gained: Traffic = { download, upload };
  const wrap = { kind: 'wrap', bytes: gained, since } as const;
  if (isSameEpoch(baseline.epoch, epoch)) return wrap;
  if (fallen.length === 2) return reset;
  const [fell, other] = fallen.includes('download') ? (['download', 'upload'] as const) : (['upload', 'download'] as const);
  if (before[other] > 0 && gained[fell] < RANGE_32 / 2) return wrap;
  return { ...reset, bytes: { ...gained, [fell]: bytes[fell] } };
}

const fallenIn = (bytes: Traffic, before: Traffic): Direction[] => DIRECTIONS.filter((direction) => bytes[direction] < before[direction]);

/** Rule: increase. */
export const increase = (bytes: Traffic, before: Traffic, since: number): Change => ({
  kind: 'increase',
  bytes: minus(bytes, before),
  since,
});

/** Whether a counter cannot have begun again between two readings. A boot or a number alone proves nothing: counters begin within it. */
function isSameEpoch(before: Epoch | null, read: Epoch | null): boolean {
  if (before === null || read === null || before.began === null || read.began === null) return false;
  return before.boot === read.boot && Math.abs(read.began - before.began) <= read.margin;
}
