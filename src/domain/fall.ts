import type { Baseline, Epoch, Reading } from './counter.ts';
import { DIRECTIONS, type Direction, type Traffic } from './traffic.ts';

const RANGE_32 = 2 ** 32;
/** A counter that shows no more than this part of its baseline is near zero. */
const NEAR_ZERO = 1 / 16;
/** Where nothing proves the epoch, a counter that lost more than this part of its value has restarted. */
const MOST_OF_IT = 1 / 2;
/** A fall by no more than this part of the value is a dip whatever proves the epoch. */
const SMALL_PART = 1 / 16;
/** A smaller figure may be reached again by chance. */
const WORTH_REMEMBERING = 2 ** 24;
/** How long a counter may show less than its baseline before it counts from there: where a restart is unlikely, and where it is in doubt. */
const DIP_MS = 86_400_000;
const DOUBT_MS = 600_000;

/** The facts about a fall of one direction. */
export interface Fallen {
  value: number;
  before: number;
  bits: Reading['bits'];
  /** Whether the epoch excludes a restart of anything but the driver's figures. */
  isProved: boolean;
  /** Whether a counter of 32 bits may as well be a new one, because one of the two answers lacks what would show it. */
  mayBeNew: boolean;
  /** The most bytes that the line could have carried since the baseline. */
  most: number;
}

export type Fall = { kind: 'restart'; bytes: number } | { kind: 'wrap'; bytes: number } | { kind: 'dip' };

/** What a fall of one direction within an epoch means. In doubt, what posts less. Rule: dip. Rule: reset. Rule: wrap. */
export function judgeFall(fallen: Fallen): Fall {
  const { value, isProved, mayBeNew, most } = fallen;
  const gained = mayBeNew ? null : gainedPastEnd(fallen);
  if (gained !== null) return { kind: 'wrap', bytes: gained };
  if (!fellToStart(fallen) || (isProved && value > most)) return { kind: 'dip' };
  return { kind: 'restart', bytes: value };
}

/** Whether the value is as low as a restart would leave it. */
export function fellToStart({ value, before, isProved }: Pick<Fallen, 'value' | 'before' | 'isProved'>): boolean {
  return value <= before * (isProved ? NEAR_ZERO : MOST_OF_IT);
}

/**
 * The bytes that a counter known to have 32 bits gained if it passed its end. Null if the line could not have carried them, and for a fall
 * by less than half the range (as serial numbers are compared, RFC 1982) that is not to near zero. Rule: wrap.
 */
function gainedPastEnd({ value, before, bits, most }: Fallen): number | null {
  if (bits !== 32 || before >= RANGE_32) return null;
  const gained = RANGE_32 - before + value;
  const isFarEnough = gained < RANGE_32 / 2 || value <= before * NEAR_ZERO;
  return gained <= most && isFarEnough ? gained : null;
}

/** Whether a dip has lasted so long that the counter will not come back: it counts from the least that it has shown. */
export function hasSettled({ value, before, isProved }: Fallen, least: number, lasted: number): boolean {
  const isDip = isProved || before - value <= before * SMALL_PART;
  return value > least && lasted > (isDip ? DIP_MS : DOUBT_MS);
}

/** Whether two readings, one right after the other, show the same epoch. A boot alone proves nothing: counters begin within it. */
export function isProvedEpoch({ epoch: before, lastRead }: Baseline, read: Epoch | null): boolean {
  if (lastRead !== null || before === null || read === null || before.boot !== read.boot) return false;
  if (before.began !== null && read.began !== null) return Math.abs(read.began - before.began) <= read.margin;
  return before.instance !== null && before.instance === read.instance;
}

/** The least that a direction has shown since it dipped; null if it has not dipped. */
export const leastOf = ({ bytes, dip }: Baseline, direction: Direction): number | null =>
  dip !== undefined && dip.other[direction] < bytes[direction] ? dip.other[direction] : null;

/**
 * The baseline as it would be if nothing had restarted, where a counter that fell to near zero is back at what it showed before: what was
 * posted meanwhile is not posted again. Only a return to nearly the same figure shows that, unless the epoch excludes a restart.
 */
export function restoredFor(baseline: Baseline, { bytes, epoch }: Reading): Baseline {
  const { dip } = baseline;
  if (dip === undefined) return baseline;
  const isProved = isProvedEpoch(baseline, epoch);
  const isBack = (direction: Direction): boolean => {
    const [before, value] = [dip.other[direction], bytes[direction]];
    if (before <= baseline.bytes[direction] || value < before * (1 - SMALL_PART)) return false;
    return isProved || value <= before * (1 + SMALL_PART);
  };
  const back = DIRECTIONS.filter(isBack);
  if (back.length === 0) return baseline;
  const restored = { ...baseline, bytes: { ...baseline.bytes }, dip: { ...dip, other: { ...dip.other } } };
  for (const direction of back) {
    restored.bytes[direction] += dip.other[direction];
    restored.dip.other[direction] = restored.bytes[direction];
  }
  return restored;
}

/** The baseline after a reading that dipped in some directions and wrapped in others. `at` is Unix ms. */
export function dippedBaseline(
  { bytes, epoch }: Reading,
  baseline: Baseline,
  { dipped, wrapped }: Record<'dipped' | 'wrapped', readonly Direction[]>,
  at: number,
): Baseline {
  const [kept, other] = [{ ...bytes }, { ...bytes }];
  let since = Math.min(baseline.dip?.since ?? at, at);
  for (const direction of DIRECTIONS) {
    if (dipped.includes(direction)) {
      const least = leastOf(baseline, direction);
      if (least === null) since = at;
      kept[direction] = baseline.bytes[direction];
      other[direction] = Math.min(least ?? bytes[direction], bytes[direction]);
    } else if (!wrapped.includes(direction)) other[direction] = beforeZero(bytes, baseline, direction);
  }
  const isOver = DIRECTIONS.every((direction) => other[direction] === kept[direction]);
  return isOver ? { bytes: kept, epoch, lastRead: null } : { bytes: kept, epoch, lastRead: null, dip: { since, other } };
}

/** What a direction near zero showed before it fell there; else what it shows now. */
function beforeZero(bytes: Traffic, { bytes: before, dip }: Baseline, direction: Direction): number {
  const highest = Math.max(before[direction], dip?.other[direction] ?? 0);
  return highest >= WORTH_REMEMBERING && bytes[direction] <= highest * NEAR_ZERO ? highest : bytes[direction];
}

/** Whether a line shows a baseline less a small part in some direction, or less than before in one that has dipped already. */
function isDipOf(line: Traffic, { bytes: before, dip }: Baseline): boolean {
  const isLess = DIRECTIONS.some((direction) => line[direction] < before[direction]);
  const isNear = (direction: Direction) =>
    before[direction] - line[direction] <= before[direction] * SMALL_PART || (dip !== undefined && line[direction] >= dip.other[direction]);
  return isLess && DIRECTIONS.every(isNear);
}

/** The lines of one MAC, each that dipped raised to the baseline that it fell from. */
export function raiseDips(lines: readonly Traffic[], baselines: readonly Baseline[]): Traffic[] {
  const left = new Set(baselines);
  return lines.map((line) => {
    const from = [...left].find((before) => isDipOf(line, before));
    if (from === undefined) return line;
    left.delete(from);
    return { download: Math.max(line.download, from.bytes.download), upload: Math.max(line.upload, from.bytes.upload) };
  });
}
