import type { Baseline } from './counter.ts';
import { dipOf, SMALL_PART } from './fall.ts';
import { DIRECTIONS, type Direction, type Traffic } from './traffic.ts';

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

interface Match {
  pairs: number;
  /** Sum of the paired baselines in one direction. */
  baseline: number;
}

/** The matching with the most pairs and, among those, the largest sum of baselines: dynamic programming over the set of used baselines. */
function bestMatch(lines: readonly Traffic[], baselines: readonly Traffic[], of: (t: Traffic) => number): Match {
  let best = new Map<number, Match>([[0, { pairs: 0, baseline: 0 }]]);
  for (const line of lines) {
    const next = new Map(best);
    for (const [used, match] of best) {
      for (const [i, baseline] of baselines.entries()) {
        if (used & (1 << i) || line.download < baseline.download || line.upload < baseline.upload) continue;
        keepBetter(next, used | (1 << i), { pairs: match.pairs + 1, baseline: match.baseline + of(baseline) });
      }
    }
    best = next;
  }
  return [...best.values()].reduce((a, b) => (isBetter(b, a) ? b : a));
}

function keepBetter(matches: Map<number, Match>, used: number, match: Match): void {
  const known = matches.get(used);
  if (known === undefined || isBetter(match, known)) matches.set(used, match);
}

function isBetter(a: Match, b: Match): boolean {
  return a.pairs > b.pairs || (a.pairs === b.pairs && a.baseline > b.baseline);
}

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
