import { type Baseline, LINK, type Reading } from './counter.ts';
import { dipOf, SMALL_PART } from './fall.ts';
import { DIRECTIONS, type Direction, isWithin, isZero, minus, NOTHING, plus, type Traffic } from './traffic.ts';

/** More lines of one MAC than this are not counted; that limits the work that a hostile list can cause. Rule: lines of one MAC. */
export const MOST_LINES = 8;

/**
 * A classic station list has no interfaces, so one MAC can appear several times, and nothing shows which line is which.
 * Pairs current lines with baselines so that no direction falls and as few lines as possible are left over. Returns the
 * smallest increase of each direction that such a pairing allows, and the number of lines left over.
 */
export function pairLines(lines: readonly Traffic[], baselines: readonly Traffic[]): { bytes: Traffic; leftOver: number } {
  const download = bestMatch(lines, baselines, (t) => t.download);
  const upload = bestMatch(lines, baselines, (t) => t.upload);
  const sum = (of: (t: Traffic) => number) => lines.reduce((bytes, line) => bytes + of(line), 0);
  return {
    bytes: { download: sum((t) => t.download) - download.baseline, upload: sum((t) => t.upload) - upload.baseline },
    leftOver: lines.length - download.pairs,
  };
}

/** Lines without those that show the same as another: an answer may have its list twice, and two counters hardly ever show the same. */
export const withoutRepeated = (lines: readonly Traffic[]): Traffic[] =>
  lines.filter((line, i) => lines.findIndex((other) => isZero(minus(other, line))) === i);

interface Match {
  pairs: number;
  /** Sum of the paired baselines in one direction. */
  baseline: number;
}

/**
 * The matching with the most pairs and, among those, the largest sum of baselines. The largest are taken first, each if a line can be found for it
 * and for all that were taken before: then as many are taken as can be, and no others have a larger sum.
 */
function bestMatch(lines: readonly Traffic[], baselines: readonly Traffic[], of: (t: Traffic) => number): Match {
  const pairs = new Map<number, Traffic>();
  let sum = 0;
  for (const baseline of baselines.toSorted((a, b) => of(b) - of(a))) if (isPaired(baseline, lines, pairs, new Set())) sum += of(baseline);
  return { pairs: pairs.size, baseline: sum };
}

/** Finds a line for a baseline, where those that have one may change theirs; `pairs` has the baseline of each line by its place, `tried` the places. */
function isPaired(baseline: Traffic, lines: readonly Traffic[], pairs: Map<number, Traffic>, tried: Set<number>): boolean {
  for (const [i, line] of lines.entries()) {
    if (tried.has(i) || !isWithin(baseline, line)) continue;
    tried.add(i);
    const other = pairs.get(i);
    if (other !== undefined && !isPaired(other, lines, pairs, tried)) continue;
    pairs.set(i, baseline);
    return true;
  }
  return false;
}

/**
 * Whether all lines in a row but the first are links of a Wi-Fi 7 station, of which the first is the sum. One beside it that moves by the same
 * bytes is. Where links are known they are, unless they have more than the first, or one moves while the first does not, as that of a radio
 * would. Rule: lines of one MAC.
 */
export function areLinks(readings: readonly Reading[], baselines: readonly Baseline[]): boolean {
  const [first, second, ...more] = readings.map(({ bytes }) => bytes);
  if (first === undefined || second === undefined || !isWithin(more.reduce(plus, second), first)) return false;
  const links = baselines.filter(isLink);
  const areKnown = links.length > 0;
  const [before, beside, another] = [...baselines.filter((each) => !isLink(each)), ...links];
  // Of more lines than two it is not clear which of them moved.
  if (before === undefined || beside === undefined || another !== undefined || more.length > 0) return areKnown;
  const [ofFirst, ofSecond] = [minus(first, before.bytes), minus(second, beside.bytes)];
  if (isZero(ofSecond)) return areKnown;
  return areKnown ? !isZero(ofFirst) || !isWithin(NOTHING, ofSecond) : isZero(minus(ofFirst, ofSecond));
}

/** Whether a baseline is of a line that does not count. */
export const isLink = ({ epoch }: Pick<Baseline, 'epoch'>): boolean => epoch?.boot === LINK;

/** Whether a line shows a baseline less a small part in some direction, or less than before in one that has dipped already. */
function isDipOf(line: Traffic, baseline: Baseline): boolean {
  const { bytes: before } = baseline;
  const isLess = DIRECTIONS.some((direction) => line[direction] < before[direction]);
  const isNear = (direction: Direction) =>
    before[direction] - line[direction] <= before[direction] * SMALL_PART ||
    line[direction] >= (dipOf(baseline, direction)?.least ?? before[direction]);
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
