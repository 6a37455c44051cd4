import type { Change, Circumstances, DipReason } from './change.ts';
import type { Baseline, CounterRules, Reading } from './counter.ts';
import { DIP_MS, dipOf, type Fallen, hasFallen, isProvedEpoch, judgeFall, RANGE_32, SMALL_PART, WORTH_REMEMBERING } from './fall.ts';
import { DIRECTIONS, type Direction, isZero, minus, NOTHING, noTraffic, type Traffic } from './traffic.ts';

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
    case 'sum':
      return changesOfSum(reading, baseline, now, since);
    default:
      return directions satisfies never;
  }
}

/** Each direction by itself. Of what dipped nothing is posted until its baseline is passed. Rule: dip. */
function changesApart(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  const waiting = wait(reading, baseline, now, since);
  if (waiting !== null) return [waiting];
  const changes: Change[] = [];
  const short = noTraffic();
  let why: DipReason = 'still shows less';
  for (const direction of DIRECTIONS) {
    const change = changeOfOne(direction, reading, baseline, now, since);
    if (change !== null) changes.push(change);
    else {
      short[direction] = baseline.bytes[direction] - reading.bytes[direction];
      if (dipOf(baseline, direction) === null) why = 'shows less';
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
  if (!hasFallen(direction, reading, baseline)) return { kind: 'increase', bytes: only(value - before), since };
  const { fall } = now.rules;
  switch (fall) {
    case 'lowers':
      return LOWERED;
    case 'reset': {
      const fallen = fallenOf(direction, reading, baseline, now, since);
      const judged = judgeFall(fallen);
      if (judged.kind === 'wrap') return { kind: 'wrap', bytes: only(judged.bytes), since };
      if (judged.kind === 'restart') return { kind: 'reset', bytes: only(judged.bytes), since, why: 'fell' };
      const dip = dipOf(baseline, direction);
      if (dip === null || value <= dip.least || now.at <= dip.settles) return null;
      return { kind: 'reset', bytes: only(value - dip.least), since: Math.min(since, dip.since), why: 'stayed below' };
    }
    default:
      return fall satisfies never;
  }
}

/** A pair restarts at once, unless the epoch proves that it did not, or it only dipped: then each direction is judged by itself. Rule: reset. */
function changesOfPair(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  const { bytes } = reading;
  const fallen = DIRECTIONS.filter((direction) => hasFallen(direction, reading, baseline));
  if (fallen.length === 0) return [increase(bytes, baseline.bytes, since)];
  // What fell in an earlier reading did not fall now, unless it was absent in between.
  const isNew = (direction: Direction) =>
    baseline.lastRead !== null || bytes[direction] < (dipOf(baseline, direction)?.least ?? Number.POSITIVE_INFINITY);
  const facts = fallen.filter(isNew).map((direction) => fallenOf(direction, reading, baseline, now, since));
  const isUnproved = now.rules.fall === 'reset' && facts.some((each) => !each.isProved && judgeFall(each).kind === 'restart');
  const restarted = isUnproved && !DIRECTIONS.some((direction) => continues(bytes[direction], baseline.bytes[direction]));
  return restarted ? [{ kind: 'reset', bytes, since, why: 'fell' }] : changesApart(reading, baseline, now, since);
}

/** Nothing is posted of a counter in either direction until a later reading shows what its fall was. Null if that is clear. Rule: dip. */
function wait(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change | null {
  if (now.rules.fall !== 'reset') return null;
  const short = noTraffic();
  for (const direction of DIRECTIONS) {
    const isUnsure =
      hasFallen(direction, reading, baseline) && judgeFall(fallenOf(direction, reading, baseline, now, since)).kind === 'unsure';
    if (isUnsure) short[direction] = baseline.bytes[direction] - reading.bytes[direction];
  }
  if (isZero(short)) return null;
  const isKnown = DIRECTIONS.some((direction) => baseline.doubts?.[direction]?.kind === 'unsure');
  return { kind: 'dip', short, why: isKnown ? 'may still have restarted' : 'may have restarted' };
}

/** Bytes of the largest packet: a frame of Ethernet with the tags of a line. These routers forward no jumbo frames, and count each frame. */
const LARGEST_PACKET = 1600;
/** Bytes of the smallest frame of Ethernet, and what a line carries besides each. */
const SMALLEST_PACKET = 64;
const BESIDE_PACKET = 24;
/** Packets a second at most: what is counted passes the router's processor, and one with counters of 32 bits is slow. */
const FASTEST_PACKETS = 100_000;

/**
 * A counter of both directions shows no boot, but often its packets: they fall where it started again, and not where it passed its end.
 * Without them nothing tells the two apart, and a restart is what posts less. Rule: undirected counter.
 */
function changesOfSum(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  const { download: bytes, upload: packets } = reading.bytes;
  const { download: before, upload: packetsBefore } = baseline.bytes;
  const isRestart = packetsBefore > 0 && packets <= packetsBefore / 2 && packetsBefore < RANGE_32 / 2;
  if (isRestart) return [{ kind: 'reset', bytes: reading.bytes, since, why: 'fell' }];
  const isBelowEnd = bytes < before && reading.bits === 32 && before < RANGE_32;
  if (isBelowEnd && packetsBefore > 0 && packets >= packetsBefore) {
    const seconds = Math.max(now.elapsed, (now.at - since) / 1000);
    const line = now.fastest * seconds;
    const gained = RANGE_32 - before + bytes;
    // As many packets as it shows can have passed since a restart.
    const mayBeNew = packets <= FASTEST_PACKETS * seconds && bytes >= packets * SMALLEST_PACKET && bytes + packets * BESIDE_PACKET <= line;
    if (!mayBeNew && gained <= Math.min(line, (packets - packetsBefore + 1) * LARGEST_PACKET))
      return [{ kind: 'wrap', bytes: { download: gained, upload: packets - packetsBefore }, since }];
  }
  // Nothing else is a wrap: what shows less has dipped, or later readings say that it restarted.
  return changesApart({ ...reading, bits: 64 }, baseline, now, since);
}

/** Whether a figure is so large, and grew by so little, that it did not begin at zero. */
const continues = (value: number, before: number): boolean =>
  before >= WORTH_REMEMBERING && value >= before && value - before <= before * SMALL_PART;

function fallenOf(direction: Direction, reading: Reading, baseline: Baseline, now: Circumstances, since: number): Fallen {
  const { bytes, bits, epoch } = reading;
  const { epoch: epochBefore, lastRead } = baseline;
  const other = direction === 'download' ? 'upload' : 'download';
  return {
    value: bytes[direction],
    before: baseline.bytes[direction],
    bits,
    isProved: isProvedEpoch(baseline, epoch),
    mayBeNew: epoch !== null && epochBefore !== null && (epoch.instance === null || epochBefore.instance === null),
    wasGone: lastRead !== null && now.at - lastRead > DIP_MS,
    fellTogether: bytes[other] < baseline.bytes[other],
    doubt: baseline.doubts?.[direction],
    most: now.fastest * Math.max(now.elapsed, (now.at - since) / 1000),
  };
}

/** Rule: increase. */
export const increase = (bytes: Traffic, before: Traffic, since: number): Change => ({
  kind: 'increase',
  bytes: minus(bytes, before),
  since,
});

/** What of two readings of a counter can be compared. */
interface Comparable {
  reading: Reading;
  baseline: Baseline;
}

/**
 * A reading and a baseline without the packets of a counter of both directions, if only one of the two shows any: then its bytes alone are
 * judged, and no fall is a wrap. Others as they are. Rule: undirected counter.
 */
export function comparable(reading: Reading, baseline: Baseline, { directions }: CounterRules): Comparable {
  if (directions !== 'sum' || hasPackets(reading.bytes) === hasPackets(baseline.bytes)) return { reading, baseline };
  const { doubts, ...rest } = baseline;
  const kept = doubts?.download === undefined ? rest : { ...rest, doubts: { download: doubts.download } };
  return {
    reading: { ...reading, bits: 64, bytes: withoutPackets(reading.bytes) },
    baseline: { ...kept, bytes: withoutPackets(baseline.bytes) },
  };
}

/** Whether a figure of both directions shows less than another; its packets only if both show them. */
export const isBelow = (shown: Traffic, before: Traffic): boolean =>
  shown.download < before.download || (hasPackets(shown) && hasPackets(before) && shown.upload < before.upload);

const hasPackets = ({ upload }: Traffic): boolean => upload > 0;

const withoutPackets = ({ download }: Traffic): Traffic => ({ download, upload: 0 });
