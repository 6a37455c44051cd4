import type { ResetReason } from './change.ts';
import type { Baseline, Doubt, Doubts, Epoch, Fell, Reading } from './counter.ts';
import { DIRECTIONS, type Direction, type Traffic } from './traffic.ts';

/** Where a counter of 32 bits ends. */
export const RANGE_32 = 2 ** 32;
/** A counter that shows no more than this part of its baseline is near zero. */
const NEAR_ZERO = 1 / 16;
/** Where nothing proves the epoch, a counter that lost this part of its value or more has restarted, or may have. */
const MOST_OF_IT = 1 / 2;
/** A fall by no more than this part of the value is a dip whatever proves the epoch. */
export const SMALL_PART = 1 / 16;
/** A smaller figure may be reached again by chance, and a counter that gained as much since it fell has restarted. */
export const WORTH_REMEMBERING = 2 ** 24;
/** Smaller figures of a pair may both be reached again by chance. */
const WORTH_AS_PAIR = 2 ** 20;
/** A figure that a counter which restarted does not reach within a few readings. */
const LARGE = 2 ** 28;
/** How long a counter may show less than its baseline before it counts from there: where a restart is unlikely, and where it is in doubt. */
export const DIP_MS = 86_400_000;
export const DOUBT_MS = 600_000;

/** The facts about a fall of one direction. */
export interface Fallen {
  value: number;
  before: number;
  bits: Reading['bits'];
  /** Whether the epoch excludes a restart of anything but the driver's figures. */
  isProved: boolean;
  /** Whether a counter of 32 bits may as well be a new one, because one of the two answers lacks what would show it. */
  mayBeNew: boolean;
  /** Whether it was absent for longer than any dip lasts. */
  wasGone: boolean;
  /** Whether the other direction fell in the same reading. */
  fellTogether: boolean;
  doubt: Doubt | undefined;
  /** The most bytes that the line could have carried since the baseline. */
  most: number;
}

/** `unsure`: a later reading shows whether it dipped or restarted. */
export type Fall = { kind: 'restart'; bytes: number } | { kind: 'wrap'; bytes: number } | { kind: 'dip' } | { kind: 'unsure' };

/** What a fall of one direction within an epoch means. In doubt, what posts less. Rule: dip. Rule: reset. Rule: wrap. */
export function judgeFall(fallen: Fallen): Fall {
  const { value, isProved, most, doubt } = fallen;
  const gained = gainedPastEnd(fallen);
  if (gained !== null) return { kind: 'wrap', bytes: gained };
  if (doubt?.kind === 'owed' || !fellToStart(fallen) || (isProved && value > most)) return { kind: 'dip' };
  return isUnsure(fallen) ? { kind: 'unsure' } : { kind: 'restart', bytes: value };
}

/**
 * Whether a fall to less than half, but not to near zero, may yet be a dip. One that shows a little more in a later reading did
 * restart. Small figures are not waited for, because they soon show as much again.
 */
function isUnsure({ value, before, isProved, wasGone, doubt, most }: Fallen): boolean {
  const fell = fellOf(doubt);
  const hasFallenBefore = fell !== null && !hasGrown(fell, before);
  if (isProved || wasGone || isNearZero(value, before) || before < WORTH_REMEMBERING || value > most || hasFallenBefore) return false;
  return doubt?.kind !== 'unsure' || value <= doubt.low;
}

/** Whether the value is as low as a restart would leave it, or was so and is not back where it fell from. */
function fellToStart({ value, before, isProved, wasGone, doubt }: Fallen): boolean {
  if (wasGone || value <= before * (isProved ? NEAR_ZERO : MOST_OF_IT)) return true;
  return doubt?.kind === 'unsure' && (value >= before || before - value > before * SMALL_PART);
}

/** Whether a direction shows less than its baseline, or so much more that it did not dip before, but restarted. */
export function hasFallen(direction: Direction, { bytes }: Pick<Reading, 'bytes'>, { bytes: kept, doubts }: Baseline): boolean {
  const [value, before] = [bytes[direction], kept[direction]];
  return value < before || (doubts?.[direction]?.kind === 'unsure' && value - before > mostGrown(before));
}

/** A counter that is back after a dip shows no more than this beyond what it did before: a large one may have grown meanwhile. */
const mostGrown = (before: number): number => before * (before >= LARGE ? 1 : SMALL_PART);

const isNearZero = (value: number, before: number): boolean => value <= before * NEAR_ZERO;

/**
 * The bytes that a counter known to have 32 bits gained if it passed its end. Null if the line could not have carried them, and for a fall
 * by less than half the range (as serial numbers are compared, RFC 1982). Where something speaks for another kind of fall, it must have been
 * near its end: a quarter of the range if both directions fell or an earlier fall is open, 1/64 if it shows exactly zero. Rule: wrap.
 */
function gainedPastEnd({ value, before, bits, most, mayBeNew, fellTogether, doubt }: Fallen): number | null {
  if (bits !== 32 || before >= RANGE_32 || mayBeNew) return null;
  const gained = RANGE_32 - before + value;
  const isDoubtful = doubt !== undefined || fellTogether;
  const mostGained = RANGE_32 / (value === 0 ? 64 : isDoubtful ? 4 : 2);
  return gained <= most && gained < mostGained ? gained : null;
}

/** Why two readings of a counter cannot be subtracted even if neither direction fell, or null. Rule: epoch. */
export function provedEpoch(before: Epoch | null, read: Epoch | null): ResetReason | null {
  if (before === null || read === null) return null;
  if (before.boot !== read.boot) return 'boot';
  // An instance that one of the two answers lacks proves nothing.
  if (before.instance !== null && read.instance !== null && before.instance !== read.instance) return 'new device';
  if (before.began === null || read.began === null) return null;
  return read.began > before.began + Math.max(before.margin, read.margin) ? 'new association' : null;
}

/** Whether two readings, one right after the other, show the same epoch. A boot alone proves nothing: counters begin within it. */
export function isProvedEpoch({ epoch: before, lastRead }: Baseline, read: Epoch | null): boolean {
  if (lastRead !== null || before === null || read === null || before.boot !== read.boot) return false;
  if (before.began !== null && read.began !== null) return Math.abs(read.began - before.began) <= read.margin;
  return before.instance !== null && before.instance === read.instance;
}

/** A baseline to compare a reading with. */
export interface Resolved {
  baseline: Baseline;
  /** Unix ms of an earlier reading that its bytes are from; null: the last one. */
  since: number | null;
  /** It shows again what it did before a fall, so that it had not restarted. */
  cameBack: boolean;
}

/**
 * The baseline after what the reading says of its doubts. A figure that was refused and is not there any more has never been. A counter that
 * soon shows again what it did before it fell had not restarted: what was posted meanwhile is not posted again. Both directions of a pair
 * come back at once.
 */
export function resolveDoubts(kept: Baseline, { bytes }: Reading, at: number, isPair: boolean): Resolved {
  if (kept.doubts === undefined) return { baseline: kept, since: null, cameBack: false };
  const leapt = DIRECTIONS.filter((direction) => isBack(kept.doubts?.[direction], kept.bytes[direction], bytes[direction], at));
  const back = leapt.some((direction) => isLarge(kept.doubts?.[direction])) || isPairBack(kept, bytes) ? leapt : [];
  const resolved = { ...kept.bytes };
  const doubts: Doubts = {};
  let since: number | null = null;
  for (const direction of DIRECTIONS) {
    const [doubt, value] = [kept.doubts[direction], bytes[direction]];
    if (doubt?.kind === 'refused') {
      if (value >= kept.bytes[direction]) {
        if (at - (doubt.at ?? doubt.since) <= DIP_MS) doubts[direction] = doubt;
        continue;
      }
      resolved[direction] = doubt.before;
      since = Math.min(since ?? doubt.since, doubt.since);
      continue;
    }
    const fell = fellOf(doubt);
    if (fell !== null && (back.includes(direction) || (isPair && back.length > 0))) {
      resolved[direction] = Math.min(resolved[direction] + fell.before + fell.posted, Number.MAX_SAFE_INTEGER);
      if (value < resolved[direction]) doubts[direction] = { kind: 'owed', since: at, least: value, settles: at + DIP_MS };
    } else if (fell !== null && !isOpen(fell, value, at)) {
      if (doubt?.kind === 'dipped') {
        const { fell: _, ...dipped } = doubt;
        doubts[direction] = dipped;
      }
    } else if (doubt !== undefined) {
      doubts[direction] = doubt;
      if (doubt.kind === 'unsure') since = Math.min(since ?? doubt.since, doubt.since);
    }
  }
  const { doubts: _, ...plain } = kept;
  const baseline = { ...plain, bytes: resolved, ...(Object.keys(doubts).length > 0 && { doubts }) };
  return { baseline, since, cameBack: back.length > 0 };
}

const isLarge = (doubt: Doubt | undefined): boolean => (fellOf(doubt)?.before ?? 0) >= WORTH_REMEMBERING;

/**
 * Whether both directions of a pair show what they did before a fall of one or both, or a little more: one alone may reach a small figure
 * again by chance.
 */
const isPairBack = ({ bytes: last, doubts }: Baseline, bytes: Traffic): boolean =>
  DIRECTIONS.every((direction) => {
    const doubt = doubts?.[direction];
    const before = doubt === undefined ? last[direction] : (fellOf(doubt)?.before ?? Number.POSITIVE_INFINITY);
    return bytes[direction] >= before && bytes[direction] - before <= before * SMALL_PART;
  });

/** Whether a pair that restarted is remembered by its figures before: it may come back. */
export const isPairWorth = (bytes: Traffic): boolean => DIRECTIONS.every((direction) => bytes[direction] >= WORTH_AS_PAIR);

/** What passed its old figure otherwise than by a leap has restarted. A direction of a pair that did not fall shows nothing of that. */
const isOpen = ({ since, before, low }: Fell, value: number, at: number): boolean =>
  at - since <= DIP_MS && (low >= before || value < before);

/** A counter that grew since its fall must leap back by nearly all that it had lost. That of a pair which did not fall shows nothing of it. */
export const hasGrown = ({ before, low }: Fell, value: number): boolean =>
  (isNearZero(low, before) && !isNearZero(value, before)) || value - low >= WORTH_REMEMBERING;

/**
 * Only a figure that nearly equals the one before the fall shows that a counter is back; a large one may have grown meanwhile. Where it grew
 * after its fall, or did not fall to near zero, only a leap of nearly all that it had lost does. `last`: what it showed in the reading before.
 */
function isBack(doubt: Doubt | undefined, last: number, value: number, at: number): boolean {
  const fell = fellOf(doubt);
  if (fell === null || fell.low >= fell.before || at - fell.since > DIP_MS) return false;
  const { before, low } = fell;
  const grown = value - before;
  if (grown < -before * SMALL_PART) return false;
  if (!hasGrown(fell, last) && (isNearZero(low, before) || before >= LARGE)) return grown <= mostGrown(before);
  return value - last >= (before - low) * (1 - SMALL_PART) && grown <= last - low + before * SMALL_PART;
}

/** A fall that a direction may yet come back from, also while it dips again; null if there is none. */
export function fellOf(doubt: Doubt | undefined): Fell | null {
  if (doubt?.kind === 'fell') return doubt;
  return (doubt?.kind === 'dipped' && doubt.fell) || null;
}

/** What a direction has shown least since it dipped, and when it counts from there; null if it has not dipped. */
export function dipOf({ doubts }: Baseline, direction: Direction): Extract<Doubt, { kind: 'dipped' | 'owed' }> | null {
  const doubt = doubts?.[direction];
  return doubt?.kind === 'dipped' || doubt?.kind === 'owed' ? doubt : null;
}
