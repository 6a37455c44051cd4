import type { Change, Circumstances, PreviousReading } from './change.ts';
import { type Baseline, type Epoch, IMPORTED, type Reading } from './counter.ts';
import { hasFallen, provedEpoch, resolveDoubts } from './fall.ts';
import { pairLines, raiseDips, withoutRepeated } from './pairing.ts';
import { DIRECTIONS, minus, NOTHING, plus, total } from './traffic.ts';
import { comparable, increase, withinEpoch } from './within-epoch.ts';

/** Seconds that a station may be associated before it is authorized and listed. Rule: new counter. */
const HANDSHAKE = 3;

const INTO_SIGHT = { kind: 'baseline', why: 'may only have come into sight' } as const;

/** Compares the current readings of one counter with its baselines (Rule: first reading, and the others about counters in docs/ledger-rules.md). */
export function compare(readings: readonly Reading[], baselines: readonly Baseline[], now: Circumstances): Change[] {
  if (now.previous === null) return [{ kind: 'baseline', why: 'first reading' }];
  const [reading, kept] = [readings[0], baselines[0]];
  if (reading === undefined) return [];
  if (readings.length > 1 || baselines.length > 1) return compareLines(readings, baselines, now.previous, now);
  if (kept === undefined) return [plausible(unknownCounter(reading, now.previous, now), reading.epoch, now)];
  return compareOne(reading, kept, now.previous, now);
}

/** One counter and its one baseline. */
function compareOne(shown: Reading, before: Baseline, previous: PreviousReading, now: Circumstances): Change[] {
  const { reading, baseline: kept } = comparable(shown, before, now.rules);
  const lastRead = kept.lastRead ?? previous.at;
  const newEpoch = provedEpoch(kept.epoch, reading.epoch);
  if (newEpoch !== null) {
    const began = startOf(reading.epoch, lastRead, now);
    return [plausible({ kind: 'reset', bytes: reading.bytes, since: began, why: newEpoch }, reading.epoch, now, lastRead)];
  }
  const { baseline, since, cameBack } = resolveDoubts(kept, reading, now.at, now.rules.directions === 'together');
  const changes = compareFigures(reading, baseline, now, since ?? lastRead);
  return cameBack ? [...changes, { kind: 'dip', short: NOTHING, why: 'came back' }] : changes;
}

/** Rule: increase. */
function compareFigures(reading: Reading, baseline: Baseline, now: Circumstances, since: number): Change[] {
  if (!DIRECTIONS.some((direction) => hasFallen(direction, reading, baseline))) {
    const both = plausible(increase(reading.bytes, baseline.bytes, since), null, now, since);
    if (both.kind === 'increase') return [both];
  }
  return withinEpoch(reading, baseline, now, since).map((change) => plausible(change, null, now, since));
}

/** Several lines or baselines that may be of one another. Rule: lines of one MAC. */
function compareLines(
  readings: readonly Reading[],
  baselines: readonly Baseline[],
  previous: PreviousReading,
  now: Circumstances,
): Change[] {
  const isUnknown = baselines.length === 0 ? previous.isPartial : baselines.some(isUncertain);
  if (isUnknown || baselines.some(({ epoch }) => epoch?.boot === IMPORTED)) return [INTO_SIGHT];
  const { directions } = now.rules;
  switch (directions) {
    // A pairing takes no line whose directions do not both reach the baseline: where they count apart, it posts too little.
    case 'apart':
    case 'sum':
    case 'together': {
      const since = Math.min(...baselines.map((b) => b.lastRead ?? previous.at), previous.at);
      return pairedChanges(readings, baselines, since).map((change) => plausible(change, null, now, since));
    }
    default:
      return directions satisfies never;
  }
}

/** Whether a baseline is not what a line showed: the lines of the answer before were refused, or one owes bytes. */
const isUncertain = ({ doubts }: Baseline): boolean =>
  DIRECTIONS.some((direction) => doubts?.[direction]?.kind === 'refused' || doubts?.[direction]?.kind === 'owed');

/** A line that dipped goes with the baseline that it fell from, if that leaves fewer lines over. One with the figures of another is that one. */
function pairedChanges(readings: readonly Reading[], baselines: readonly Baseline[], since: number): Change[] {
  const [lines, before] = [withoutRepeated(readings.map((r) => r.bytes)), baselines.map((b) => b.bytes)];
  const plain = pairLines(lines, before);
  const mayDip = plain.leftOver > 0 || baselines.some(({ doubts }) => doubts !== undefined);
  if (!mayDip || before.length === 0) return [{ kind: 'increase', bytes: plain.bytes, since }];
  const raised = raiseDips(lines, baselines);
  const paired = pairLines(raised, before);
  const hasDips = paired.leftOver < plain.leftOver || (paired.leftOver === plain.leftOver && total(paired.bytes) < total(plain.bytes));
  const { bytes, leftOver } = hasDips ? paired : plain;
  const change: Change = leftOver > 0 ? { kind: 'reset', bytes, since, why: 'line left over' } : { kind: 'increase', bytes, since };
  if (!hasDips) return [change];
  const short = raised.reduce((sum, line, i) => plus(sum, minus(line, lines[i] ?? line)), NOTHING);
  const isNew = baselines.every(({ doubts }) => doubts === undefined);
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
