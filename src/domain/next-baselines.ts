import type { Change, Circumstances } from './change.ts';
import type { Baseline, Doubt, Doubts, Reading } from './counter.ts';
import {
  DIP_MS,
  DOUBT_MS,
  dipOf,
  fellOf,
  hasGrown,
  isPairWorth,
  isProvedEpoch,
  provedEpoch,
  resolveDoubts,
  SMALL_PART,
  WORTH_REMEMBERING,
} from './fall.ts';
import { raiseDips } from './pairing.ts';
import { DIRECTIONS, type Direction, type Traffic } from './traffic.ts';
import { comparable } from './within-epoch.ts';

/** What is kept of a counter once its changes are known. Rule: dip. Rule: implausible. */
export function nextBaselines(
  readings: readonly Reading[],
  baselines: readonly Baseline[],
  changes: readonly Change[],
  now: Circumstances,
): Baseline[] {
  const [reading, kept] = [readings[0], baselines[0]];
  if (readings.length > 1 || baselines.length > 1) return nextLines(readings, baselines, changes, now.at);
  if (reading === undefined) return [];
  if (kept === undefined) return [firstOf(reading, changes, now)];
  const found = comparable(reading, kept, now.rules);
  const next = nextOfOne(found.reading, found.baseline, changes, now);
  return [found.reading === reading ? next : { ...next, bytes: { ...next.bytes, upload: reading.bytes.upload } }];
}

/** One counter and its one baseline. */
function nextOfOne(reading: Reading, kept: Baseline, changes: readonly Change[], now: Circumstances): Baseline {
  const isPlain = kept.doubts === undefined && changes.every(({ kind }) => kind === 'increase');
  // Packets that fell leave nothing open. Rule: undirected counter.
  const isCertain = now.rules.directions === 'sum' && kept.bytes.upload > 0 && changes.some(({ kind }) => kind === 'reset');
  if (provedEpoch(kept.epoch, reading.epoch) !== null) return firstOf(reading, changes, now, kept.lastRead);
  if (isPlain || isCertain || changes.some(({ kind }) => kind === 'baseline')) return plain(reading);
  const { baseline } = resolveDoubts(kept, reading, now.at, now.rules.directions === 'together');
  const unsure = changes.find((change) => change.kind === 'dip' && isUnsure(change));
  if (unsure?.kind === 'dip') return waiting(reading, baseline, unsure.short, now);
  const next = plain(reading);
  const doubts: Doubts = {};
  for (const direction of DIRECTIONS) {
    const doubt = nextDoubt(direction, reading, { kept, baseline }, changes, now);
    if (doubt === null) continue;
    doubts[direction] = doubt;
    if (doubt.kind === 'dipped' || doubt.kind === 'owed') next.bytes = { ...next.bytes, [direction]: baseline.bytes[direction] };
  }
  return Object.keys(doubts).length === 0 ? next : { ...next, doubts };
}

const isUnsure = ({ why }: Extract<Change, { kind: 'dip' }>): boolean => why === 'may have restarted' || why === 'may still have restarted';

/** The baseline of a counter that may have restarted waits. `short`: what it shows less, in the directions that are in doubt. */
function waiting({ bytes }: Reading, baseline: Baseline, short: Traffic, { at, previous }: Circumstances): Baseline {
  const doubts: Doubts = { ...baseline.doubts };
  for (const direction of DIRECTIONS) {
    if (short[direction] === 0) continue;
    const doubt = doubts[direction];
    const open = doubt?.kind === 'unsure' ? doubt : { since: baseline.lastRead ?? previous?.at ?? at, low: bytes[direction] };
    doubts[direction] = { kind: 'unsure', since: open.since, low: Math.min(open.low, bytes[direction]) };
  }
  return { ...baseline, doubts };
}

/** Of a reading that leaves nothing open. */
const plain = ({ bytes, epoch }: Reading): Baseline => ({ bytes, epoch, lastRead: null });

/** Of a counter, or an epoch, that began since the last reading: at zero, which counts again if its first figure is refused and goes. */
function firstOf(reading: Reading, changes: readonly Change[], { at, previous }: Circumstances, lastRead: number | null = null): Baseline {
  if (!changes.some(({ kind }) => kind === 'rejected')) return plain(reading);
  const refused: Doubt = { kind: 'refused', since: lastRead ?? previous?.at ?? at, before: 0, at };
  const doubts: Doubts = {};
  for (const direction of DIRECTIONS) if (reading.bytes[direction] > 0) doubts[direction] = refused;
  return { ...plain(reading), doubts };
}

/** What a reading leaves open in one direction. */
function nextDoubt(
  direction: Direction,
  { bytes, epoch }: Reading,
  { kept, baseline }: { kept: Baseline; baseline: Baseline },
  changes: readonly Change[],
  now: Circumstances,
): Doubt | null {
  const [value, before] = [bytes[direction], baseline.bytes[direction]];
  const doubt = baseline.doubts?.[direction] ?? null;
  const fell = fellOf(doubt ?? undefined);
  const isOf = (wanted: Change['kind']) =>
    changes.some((change) => change.kind === wanted && 'bytes' in change && change.bytes[direction] > 0);
  if (changes.some((change) => change.kind === 'dip' && change.short[direction] > 0)) {
    const dip = dipOf(baseline, direction);
    const isSmall = before - value <= before * SMALL_PART;
    // One that is nearly back dips again when it falls again.
    const isNew = dip === null || (isSmall && dip.least < before * (1 - SMALL_PART));
    if (!isNew) return { ...dip, least: Math.min(dip.least, value) };
    const isSure = isSmall || (isProvedEpoch(kept, epoch) && (now.rules.directions === 'apart' || epoch?.began != null));
    const next = { kind: dip?.kind ?? 'dipped', since: now.at, least: value, settles: now.at + (isSure ? DIP_MS : DOUBT_MS) };
    return fell === null ? next : { ...next, fell };
  }
  if (isOf('rejected')) {
    if (value < before) return null;
    return doubt?.kind === 'refused' ? doubt : { kind: 'refused', since: kept.lastRead ?? now.previous?.at ?? now.at, before, at: now.at };
  }
  // What is posted while the refused figure stays is not posted again when it goes.
  if (doubt?.kind === 'refused' && value >= before) return { ...doubt, before: doubt.before + value - before };
  const restarted = changes.find((change) => change.kind === 'reset' && change.why === 'fell');
  const isPair = DIRECTIONS.every((way) => restarted?.kind === 'reset' && restarted.bytes[way] === bytes[way]);
  if (restarted !== undefined && !isOf('wrap') && (isPair || value < before)) {
    if (fell !== null && !hasGrown(fell, before)) return { ...fell, since: now.at, low: value, posted: fell.posted + before };
    const isWorth = (way: Direction) => bytes[way] < baseline.bytes[way] && baseline.bytes[way] >= WORTH_REMEMBERING;
    if (!isPairWorth(baseline.bytes) && !(isPair ? DIRECTIONS.some(isWorth) : isWorth(direction))) return null;
    return { kind: 'fell', since: now.at, before, low: doubt?.kind === 'unsure' ? doubt.low : value, posted: 0 };
  }
  const dip = dipOf(baseline, direction);
  const counts = changes.some((change) => change.kind === 'reset' && change.why === 'stayed below' && change.bytes[direction] > 0);
  // Of what it shows, all but the least was posted.
  if (counts && dip !== null && fell !== null && !hasGrown(fell, before)) {
    return { ...fell, low: Math.min(fell.low, dip.least), posted: fell.posted + before - dip.least };
  }
  if (counts && dip !== null && before >= WORTH_REMEMBERING) {
    return { kind: 'fell', since: now.at, before, low: dip.least, posted: -dip.least };
  }
  return isOf('wrap') ? null : fell;
}

function nextLines(readings: readonly Reading[], baselines: readonly Baseline[], changes: readonly Change[], at: number): Baseline[] {
  const lines = readings.map(({ bytes }) => bytes);
  if (lines.length > 1 && changes.some(({ kind }) => kind === 'rejected')) {
    const doubt: Doubt = { kind: 'refused', since: at, before: 0 };
    return readings.map((reading) => ({ ...plain(reading), doubts: { download: doubt, upload: doubt } }));
  }
  if (!changes.some(({ kind }) => kind === 'dip')) return readings.map(plain);
  const raised = raiseDips(lines, baselines);
  return readings.map((reading, i): Baseline => {
    const bytes = raised[i] ?? reading.bytes;
    const dipped = DIRECTIONS.filter((direction) => bytes[direction] > reading.bytes[direction]);
    if (dipped.length === 0) return plain(reading);
    const least = (direction: Direction): Doubt => ({ kind: 'dipped', since: at, least: reading.bytes[direction], settles: at + DIP_MS });
    return { ...plain(reading), bytes, doubts: Object.fromEntries(dipped.map((direction) => [direction, least(direction)])) };
  });
}
