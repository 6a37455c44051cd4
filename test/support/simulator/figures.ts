import type { Traffic } from '../../../src/domain/traffic.ts';
import { newTraffic } from '../../../src/simulator/world/counter.ts';

/** What an answer adds, and what is kept of a counter that shows less than before and may come back. */
export interface Gain {
  bytes: Traffic;
  dip: DipKnown | null;
  /** It shows again what it did before a fall. */
  cameBack?: boolean;
}

type Way = keyof Traffic;

/** The highest and the least that a counter showed, and in which directions and until when (Unix ms) its old figure is waited for. */
export interface DipKnown {
  highest: Traffic;
  least: Traffic;
  until: Partial<Traffic>;
  /** What may have restarted, by direction: the least that it showed since. */
  unsure?: Partial<Traffic>;
  /** What counted as a restart, and may leap back. */
  fell?: Partial<Record<Way, FellKnown | undefined>>;
  /** What leapt back, and owes what was counted meanwhile. */
  owed?: readonly Way[];
}

/** `since`: Unix ms. `posted`: what was counted of it before `low`. */
interface FellKnown {
  since: number;
  before: number;
  low: number;
  posted: number;
}

/** No dip lasts longer. */
export const DAY_MS = 86_400_000;
const WAYS = ['download', 'upload'] as const;

/** A figure that is remembered, and one that no counter reaches soon. */
const [WORTH, LARGE] = [2 ** 24, 2 ** 28];
/** Smaller ones than this of a pair may both be reached again by chance. */
const WORTH_AS_PAIR = 2 ** 20;

/** What was kept of a counter. `isProved`: nothing restarted but what fell to near zero. `pair`: both directions restart at once. */
interface Kept {
  shows: Traffic;
  dip: DipKnown | null;
  isProved: boolean;
  pair: boolean;
  /** It was not shown for more than a day. */
  wasGone: boolean;
}

const hasGrown = ({ before, low }: FellKnown, value: number): boolean =>
  (low <= before / 16 && value > before / 16) || value - low >= WORTH;

function isBack(fell: FellKnown | undefined, last: number, value: number, at: number): boolean {
  if (fell === undefined || fell.low >= fell.before || at - fell.since > DAY_MS) return false;
  const { before, low } = fell;
  const grown = value - before;
  if (grown < -before / 16) return false;
  if (!hasGrown(fell, last) && (low <= before / 16 || before >= LARGE)) return grown <= before * (before >= LARGE ? 1 : 1 / 16);
  return value - last >= ((before - low) * 15) / 16 && grown <= last - low + before / 16;
}

/** What is open of a counter: it was not shown, or what it shows in a direction. */
export type Open = 'wait' | Way;

const isLow = (dip: DipKnown | null, way: Way) => dip?.until[way] !== undefined || dip?.unsure?.[way] !== undefined;

/** What a counter has shown: where it shows less and its old figure is waited for, that one. */
export const hasShown = (bytes: Traffic, dip: DipKnown | null, way: Way): number =>
  dip !== null && isLow(dip, way) ? dip.highest[way] : bytes[way];

/** What is still open, of what an answer leaves open of a counter that it shows; all of it is where the answer did not feed devices. */
export function openAfter(dip: DipKnown | null, feeds: boolean, before: readonly Open[] = []): Open[] {
  const open: Open[] = WAYS.filter((way) => isLow(dip, way) || dip?.fell?.[way] !== undefined);
  // A counter that may have restarted counts in neither direction.
  if (Object.keys(dip?.unsure ?? {}).length > 0) open.push('wait');
  const isMarked = (each: Open) => before.includes(each) || (each === 'wait' && before.length > 0);
  return open.filter((each) => !feeds || before.includes('wait') || isMarked(each));
}

/** Whether a gain is of what was open in part. A fall tells nothing of it until the counter came back. */
export const isOfOpen = ({ bytes, cameBack = false }: Gain, dip: DipKnown | null, open: readonly Open[]): boolean =>
  open.some((each) => each === 'wait' || (bytes[each] > 0 && (cameBack || isLow(dip, each))));

/** What was kept, once it is known what leapt back. */
function resolved(shows: Traffic, { shows: before, dip, pair }: Kept, at: number): DipKnown & { cameBack: boolean } {
  const highest = { ...(dip?.highest ?? before) };
  const known = {
    least: { ...(dip?.least ?? before) },
    until: { ...dip?.until },
    unsure: { ...dip?.unsure },
    owed: [...(dip?.owed ?? [])],
  };
  const fell: DipKnown['fell'] = {};
  const leapt = WAYS.filter((way) => isBack(dip?.fell?.[way], highest[way], shows[way], at));
  const areBoth = WAYS.every((way) => {
    const isLow = dip?.until[way] !== undefined || dip?.unsure?.[way] !== undefined;
    const was = dip?.fell?.[way]?.before ?? (isLow ? Number.POSITIVE_INFINITY : before[way]);
    return shows[way] >= was && shows[way] <= (was * 17) / 16;
  });
  const back = areBoth || leapt.some((way) => (dip?.fell?.[way]?.before ?? 0) >= WORTH) ? leapt : [];
  for (const way of WAYS) {
    const each = dip?.fell?.[way];
    if (each === undefined) continue;
    if (back.includes(way) || (pair && back.length > 0)) {
      highest[way] = Math.min(highest[way] + each.before + each.posted, Number.MAX_SAFE_INTEGER);
      delete known.until[way];
      if (shows[way] >= highest[way]) continue;
      known.owed.push(way);
      known.least[way] = shows[way];
      known.until[way] = at + DAY_MS;
    } else if (at - each.since <= DAY_MS && (each.low >= each.before || shows[way] < each.before)) fell[way] = each;
  }
  return { highest, ...known, fell, cameBack: back.length > 0 };
}

/** What the figures show of a counter that may have taken another's place, in the words of the rules named reset and dip. */
export function byFigures(shows: Traffic, kept: Kept, at: number): Gain {
  const { isProved, pair, wasGone } = kept;
  const { highest, least: lowest, until: waits, unsure = {}, fell = {}, owed = [], cameBack } = resolved(shows, kept, at);
  const outgrew = (way: Way) =>
    unsure[way] !== undefined && shows[way] - highest[way] > highest[way] * (highest[way] >= LARGE ? 1 : 1 / 16);
  const restarted = (way: Way) =>
    !owed.includes(way) &&
    (outgrew(way) ||
      (shows[way] < highest[way] &&
        (wasGone ||
          shows[way] <= highest[way] * (isProved ? 1 / 16 : 1 / 2) ||
          (unsure[way] !== undefined && shows[way] < (highest[way] * 15) / 16))));
  const isOpen = (way: Way) => {
    const [low, before] = [unsure[way], fell[way]];
    const isMost = shows[way] <= highest[way] / 2 && shows[way] > highest[way] / 16 && highest[way] >= WORTH;
    const fellBefore = before !== undefined && !hasGrown(before, highest[way]);
    return isMost && !isProved && !wasGone && !fellBefore && !owed.includes(way) && (low === undefined || shows[way] <= low);
  };
  const continues = (way: Way) => highest[way] >= WORTH && shows[way] >= highest[way] && shows[way] - highest[way] <= highest[way] / 16;
  const isWorth = (way: Way) =>
    (shows[way] < highest[way] && highest[way] >= WORTH) || WAYS.every((each) => highest[each] >= WORTH_AS_PAIR);
  /** What is kept of a restart. */
  const afterRestart = (way: Way, isKept: boolean): FellKnown | undefined => {
    const before = fell[way];
    if (before !== undefined && !hasGrown(before, highest[way]))
      return { ...before, since: at, low: shows[way], posted: before.posted + highest[way] };
    return isKept ? { since: at, before: highest[way], low: unsure[way] ?? shows[way], posted: 0 } : undefined;
  };
  const isSure = WAYS.some((way) => restarted(way) && !isOpen(way));
  const dip: DipKnown = { highest: { ...shows }, least: { ...shows }, until: {}, unsure: {}, fell: {}, owed: [] };
  if (pair && !isProved && isSure && !WAYS.some(continues)) {
    const left = WAYS.map((way) => [way, afterRestart(way, WAYS.some(isWorth))]);
    return { bytes: { ...shows }, dip: keptOf({ ...dip, fell: Object.fromEntries(left) }) };
  }
  if (WAYS.some(isOpen)) {
    const open = WAYS.filter(isOpen).map((way) => [way, Math.min(unsure[way] ?? shows[way], shows[way])] as const);
    const others = <T>(all: Partial<Record<Way, T>>) =>
      Object.fromEntries(Object.entries(all).filter(([way]) => !open.some(([each]) => each === way)));
    return {
      bytes: newTraffic(),
      dip: { highest, least: lowest, until: others(waits), unsure: { ...unsure, ...Object.fromEntries(open) }, fell: others(fell), owed },
    };
  }
  const bytes = newTraffic();
  const memory: DipKnown['fell'] = {};
  const restarts = WAYS.filter((way) => restarted(way));
  const isWhole = restarts.length > 0 && WAYS.every((way) => (restarts.includes(way) ? shows[way] : 0) === shows[way]);
  for (const way of WAYS) {
    const until = waits[way];
    const isSmall = highest[way] - shows[way] <= highest[way] / 16;
    if (restarted(way)) {
      bytes[way] = shows[way];
      if (isWhole || shows[way] < highest[way]) memory[way] = afterRestart(way, isWhole ? WAYS.some(isWorth) : isWorth(way));
    } else if (shows[way] >= highest[way]) {
      bytes[way] = shows[way] - highest[way];
      memory[way] = isWhole ? afterRestart(way, WAYS.some(isWorth)) : fell[way];
    } else {
      const least = until === undefined ? null : lowest[way];
      if (least !== null && shows[way] > least && at > (until ?? at)) {
        bytes[way] = shows[way] - least;
        const earlier = fell[way];
        if (earlier !== undefined && !hasGrown(earlier, highest[way]))
          memory[way] = { ...earlier, low: Math.min(earlier.low, least), posted: earlier.posted + highest[way] - least };
        else if (highest[way] >= WORTH) memory[way] = { since: at, before: highest[way], low: least, posted: -least };
      } else {
        const begins = least === null || (isSmall && least < (highest[way] * 15) / 16);
        dip.highest[way] = highest[way];
        dip.least[way] = begins ? shows[way] : Math.min(least ?? shows[way], shows[way]);
        dip.until[way] = begins || until === undefined ? at + (isSmall || (isProved && !pair) ? DAY_MS : 600_000) : until;
        if (owed.includes(way)) dip.owed = [...(dip.owed ?? []), way];
        else memory[way] = fell[way];
      }
    }
  }
  return { bytes, dip: keptOf({ ...dip, fell: memory }), cameBack };
}

/** Null if nothing is left open. */
function keptOf(dip: DipKnown): DipKnown | null {
  const fell = Object.fromEntries(Object.entries(dip.fell ?? {}).filter(([, each]) => each !== undefined));
  return Object.keys(dip.until).length + Object.keys(fell).length > 0 ? { ...dip, fell } : null;
}
