import { type Baseline, type CounterRules, type Epoch, IMPORTED, type Reading } from './counter.ts';
import {
  dippedBaseline,
  type Fallen,
  fellToStart,
  gainedPastEnd,
  hasSettled,
  isProvedEpoch,
  judgeFall,
  leastOf,
  pastEnd,
  raiseDips,
  restoredFor,
} from './fall.ts';
import { pairLines } from './pairing.ts';
import { DIRECTIONS, type Direction, isZero, minus, NOTHING, plus, type Traffic, total } from './traffic.ts';

const RANGE_32 = 2 ** 32;
/** Seconds that a station may be associated before it is authorized and listed. Rule: new counter. */
const HANDSHAKE = 3;

export type ResetReason = 'fell' | 'stayed below' | 'boot' | 'new device' | 'new association' | 'line left over';

export type DipReason = 'shows less' | 'still shows less' | 'came back';

/** A counting program loads its last saved figures when it starts: those bytes are already posted. Rule: lowered counter. */
const LOWERED = { kind: 'baseline', why: 'went back to older figures' } as const;

const INTO_SIGHT = { kind: 'baseline', why: 'may only have come into sight' } as const;

/** What a reading means for the books. `since` is the Unix ms from which the bytes are counted. */
export type Change =
  | {
      kind: 'baseline';
      why: 'first reading' | 'may only have come into sight' | 'older than the last reading' | 'went back to older figures';
    }
  | { kind: 'increase'; bytes: Traffic; since: number }
  | { kind: 'wrap'; bytes: Traffic; since: number }
  | { kind: 'began'; bytes: Traffic; since: number }
  | { kind: 'reset'; bytes: Traffic; since: number; why: ResetReason }
  | { kind: 'rejected'; bytes: Traffic; why: string }
  /** Not a restart. `short`: it shows so much less than its baseline, which stays. */
  | { kind: 'dip'; short: Traffic; why: DipReason };

/** The previous reading of the reader. */
export interface PreviousReading {
  /** Unix ms. */
  at: number;
  boot: string | null;
  /** Seconds since the router's boot; null if not reported. */
  uptime: number | null;
  /** It may have lacked counters that were there. */
  isPartial: boolean;
}

/** The context of one reading of a reader. */
export interface Circumstances {
  rules: CounterRules;
  /** Unix ms at which the answer arrived. */
  at: number;
  /** Null for the first successful reading of a reader. */
  previous: PreviousReading | null;
  /** Seconds since `previous`, by the clock that shows the most. */
  elapsed: number;
  /** Seconds since the router's boot; null if not reported. */
  uptime: number | null;
  /** The most bytes per second that a counter can gain. */
  fastest: number;
}

/** Compares the current readings of one counter with its baselines (Rule: first reading, and the others about counters in docs/ledger-rules.md). */
export function compare(readings: readonly Reading[], baselines: readonly Baseline[], now: Circumstances): Change[] {
  if (now.previous === null) return [{ kind: 'baseline', why: 'first reading' }];
  const [reading, kept] = [readings[0], baselines[0]];
  if (reading === undefined) return [];
  if (readings.length > 1 || baselines.length > 1) return compareLines(readings, baselines, now.previous, now);
  if (kept === undefined) return [plausible(unknownCounter(reading, now.previous, now), reading.epoch, now)];
  const baseline = restoredFor(kept, reading);
  const changes = compareOne(reading, baseline, now.previous, now);
  return baseline === kept ? changes : [...changes, { kind: 'dip', short: NOTHING, why: 'came back' }];
}

/** What is kept of a counter once its changes are known. */
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

function compareOne(reading: Reading, baseline: Baseline, previous: PreviousReading, now: Circumstances): Change[] {
  const since = baseline.lastRead ?? previous.at;
  const newEpoch = provedEpoch(baseline.epoch, reading.epoch);
  if (newEpoch !== null) {
    return [
      plausible({ kind: 'reset', bytes: reading.bytes, since: startOf(reading.epoch, since, now), why: newEpoch }, reading.epoch, now),
    ];
  }
  if (!fellIn(reading.bytes, baseline.bytes)) {
    const both = plausible(increase(reading.bytes, baseline.bytes, since), null, now, since);
    if (both.kind === 'increase') return [both];
  }
  return withinEpoch(reading, baseline, now, since).map((change) => plausible(change, null, now, since));
}

function compareLines(
  readings: readonly Reading[],
  baselines: readonly Baseline[],
  previous: PreviousReading,
  now: Circumstances,
): Change[] {
  const isUnknown = baselines.length === 0 && previous.isPartial;
  if (isUnknown || baselines.some(({ epoch }) => epoch?.boot === IMPORTED)) return [INTO_SIGHT];
  const { directions } = now.rules;
  switch (directions) {
    // A pairing takes no line whose directions do not both reach the baseline: where they count apart, it posts too little.
    case 'apart':
    case 'together': {
      const since = Math.min(...baselines.map((b) => b.lastRead ?? previous.at), previous.at);
      return pairedChanges(readings, baselines, since).map((change) => plausible(change, null, now, since));
    }
    default:
      return directions satisfies never;
  }
}

/** A line that dipped goes with the baseline that it fell from, if that leaves fewer lines over. */
function pairedChanges(readings: readonly Reading[], baselines: readonly Baseline[], since: number): Change[] {
  const [lines, before] = [readings.map((r) => r.bytes), baselines.map((b) => b.bytes)];
  const plain = pairLines(lines, before);
  const mayDip = plain.leftOver > 0 || baselines.some(({ dip }) => dip !== undefined);
  if (!mayDip || before.length === 0) return [{ kind: 'increase', bytes: plain.bytes, since }];
  const raised = raiseDips(lines, baselines);
  const paired = pairLines(raised, before);
  const hasDips = paired.leftOver < plain.leftOver || (paired.leftOver === plain.leftOver && total(paired.bytes) < total(plain.bytes));
  const { bytes, leftOver } = hasDips ? paired : plain;
  const change: Change = leftOver > 0 ? { kind: 'reset', bytes, since, why: 'line left over' } : { kind: 'increase', bytes, since };
  if (!hasDips) return [change];
  const short = raised.reduce((sum, line, i) => plus(sum, minus(line, lines[i] ?? line)), NOTHING);
  const isNew = baselines.every(({ dip }) => dip === undefined);
  return [change, { kind: 'dip', short, why: isNew ? 'shows less' : 'still shows less' }];
}

function unknownCounter(reading: Reading, previous: PreviousReading, now: Circumstances): Change {
  const { epoch } = reading;
  const sameBoot = epoch !== null && epoch.boot === previous.boot;
  if (sameBoot && epoch.began !== null && previous.uptime !== null && epoch.began + Math.max(epoch.margin, HANDSHAKE) < previous.uptime) {
    return { kind: 'baseline', why: 'older than the last reading' };
  }
  const began: Change = { kind: 'began', bytes: reading.bytes, since: startOf(epoch, previous.at, now) };
  const { unknown } = now.rules;
  switch (unknown) {
    case 'began':
    case 'later':
      return previous.isPartial ? INTO_SIGHT : began;
    case 'baseline': {
      const isNewBoot = epoch !== null && previous.boot !== null && !sameBoot;
      return isNewBoot ? began : INTO_SIGHT;
    }
    default:
      return unknown satisfies never;
  }
}

/** What a fall within an epoch means, or a rise that is more than the line could carry. */
function withinEpoch(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
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

const fellIn = (bytes: Traffic, before: Traffic): boolean => bytes.download < before.download || bytes.upload < before.upload;

/** Rule: increase. */
const increase = (bytes: Traffic, before: Traffic, since: number): Change => ({ kind: 'increase', bytes: minus(bytes, before), since });

/** Whether a counter cannot have begun again between two readings. A boot or a number alone proves nothing: counters begin within it. */
function isSameEpoch(before: Epoch | null, read: Epoch | null): boolean {
  if (before === null || read === null || before.began === null || read.began === null) return false;
  return before.boot === read.boot && Math.abs(read.began - before.began) <= read.margin;
}

/** Why two readings of a counter cannot be subtracted even if neither direction fell, or null. Rule: epoch. */
function provedEpoch(before: Epoch | null, read: Epoch | null): ResetReason | null {
  if (before === null || read === null) return null;
  if (before.boot !== read.boot) return 'boot';
  // An instance that one of the two answers lacks proves nothing.
  if (before.instance !== null && read.instance !== null && before.instance !== read.instance) return 'new device';
  if (before.began === null || read.began === null) return null;
  return read.began > before.began + read.margin ? 'new association' : null;
}

/** Unix ms at which a new epoch began, at the earliest the last reading. */
function startOf(epoch: Epoch | null, since: number, now: Circumstances): number {
  const age = ageOf(epoch, now);
  return age === null ? since : Math.min(now.at, Math.max(since, Math.round(now.at - age * 1000)));
}

/** Seconds since the epoch began, or null if not reported. */
function ageOf(epoch: Epoch | null, now: Circumstances): number | null {
  return epoch === null || now.uptime === null ? null : Math.max(0, now.uptime - (epoch.began ?? 0));
}

/** Rule: implausible. More than the line could carry in the time is not posted. */
function plausible(change: Change, epoch: Epoch | null, now: Circumstances, since?: number): Change {
  if (change.kind === 'baseline' || change.kind === 'rejected' || change.kind === 'dip') return change;
  const waited = since === undefined ? now.elapsed : Math.max(now.elapsed, (now.at - Math.min(since, change.since)) / 1000);
  const seconds = Math.min(waited, ageOf(epoch, now) ?? waited) + now.rules.refresh;
  const most = now.fastest * seconds;
  const { download, upload } = change.bytes;
  if (download <= most && upload <= most) return change;
  const why = `more than ${Math.floor(now.fastest * 8)} bit/s could carry in ${Math.ceil(seconds)} s`;
  return { kind: 'rejected', bytes: change.bytes, why };
}
