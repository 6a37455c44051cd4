import { movedAlike } from '../../domain/pairing.ts';
import { isZero, minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';

interface Line {
  mac: string;
  bytes: Traffic;
}

/** The lines of a list that count. */
interface CountedLines<L> {
  lines: L[];
  /** MACs with two lines of which the second may be a link that the first has too. */
  doubtful: ReadonlySet<string>;
}

/** Two lines in a row whose figures do not show a sum: what they showed last, and whether the second may still be a link of the first. */
interface Pair {
  lines: readonly [Traffic, Traffic];
  isDoubtful: boolean;
}

/** Stations that are not listed and whose pair is remembered. */
const MOST_AWAY = 4096;

/**
 * The links of Wi-Fi 7 stations, which some lists print below the sum of each station: lines of one MAC in a row, the first of which is the
 * sum of the others, or has more because a link has gone. What is found out is kept from answer to answer. Rule: lines of one MAC.
 */
export class StationLinks {
  /** Stations whose first line is a sum, while they are listed: with one link left, the figures alone do not show it. */
  #sums: ReadonlySet<string> = new Set();
  #pairs: ReadonlyMap<string, Pair> = new Map();
  /** The MACs of the last answer: a line that appears beside one of theirs has begun. */
  #listed: ReadonlySet<string> = new Set();

  /** Leaves out the links. */
  without<L extends Line>(lines: readonly L[]): CountedLines<L> {
    const runs = runsOf(lines);
    const listed = new Map<string, number>();
    for (const [first] of runs) listed.set(first.mac, (listed.get(first.mac) ?? 0) + 1);
    const counted: L[] = [];
    const sums = new Set<string>();
    const pairs = new Map<string, Pair>();
    for (const [first, ...others] of runs) {
      const { mac } = first;
      const pair =
        others.length === 1 && others[0] !== undefined && listed.get(mac) === 1 ? ([first.bytes, others[0].bytes] as const) : null;
      if (this.#sums.has(mac) || isSumOf(first.bytes, others) || (pair !== null && this.#movedAlike(mac, pair))) sums.add(mac);
      else if (pair !== null) pairs.set(mac, { lines: pair, isDoubtful: this.#isDoubtful(mac, pair) });
      counted.push(first, ...(sums.has(mac) ? [] : others));
    }
    const doubtful = new Set([...pairs].flatMap(([mac, { isDoubtful }]) => (isDoubtful ? mac : [])));
    const away = [...this.#pairs].filter(([mac]) => !listed.has(mac));
    for (const [mac, pair] of away.slice(-MOST_AWAY)) pairs.set(mac, pair);
    this.#sums = sums;
    this.#pairs = pairs;
    this.#listed = new Set(listed.keys());
    return { lines: counted, doubtful };
  }

  /** Two lines that move by the same bytes: the second is the link that moves, and the first the sum of all. */
  #movedAlike(mac: string, pair: Pair['lines']): boolean {
    const last = this.#pairs.get(mac);
    return last !== undefined && movedAlike(last.lines, pair);
  }

  #isDoubtful(mac: string, [first, second]: Pair['lines']): boolean {
    if (!isWithin(second, first)) return false;
    const last = this.#pairs.get(mac);
    if (last === undefined) return !this.#listed.has(mac);
    const [ofFirst, ofSecond] = [minus(first, last.lines[0]), minus(second, last.lines[1])];
    const hasBegun = !isWithin(NOTHING, ofFirst) || !isWithin(NOTHING, ofSecond);
    return hasBegun || (last.isDoubtful && isWithin(ofSecond, ofFirst));
  }
}

/** Lines of one MAC in a row. */
function runsOf<L extends Line>(lines: readonly L[]): [L, ...L[]][] {
  const runs: [L, ...L[]][] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    if (run?.[0].mac === line.mac) run.push(line);
    else runs.push([line]);
  }
  return runs;
}

/** With two links or more, the sum may have more than they: it keeps what links moved that are gone. */
function isSumOf(sum: Traffic, links: readonly Line[]): boolean {
  const all = links.map(({ bytes }) => bytes).reduce(plus, { download: 0, upload: 0 });
  if (links.length === 0 || isZero(all)) return false;
  return links.length === 1 ? sum.download === all.download && sum.upload === all.upload : isWithin(all, sum);
}

const isWithin = (part: Traffic, whole: Traffic): boolean => part.download <= whole.download && part.upload <= whole.upload;
