import { isApart } from '../../domain/pairing.ts';
import { isWithin, isZero, minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';

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

/** Lines of one MAC in a row. */
type LineRun<L extends Line> = [L, ...L[]];

/** What one or two lines of a station showed last, and whether each of them is a counter of its own. */
interface LinePair {
  lines: readonly [Traffic, Traffic];
  isApart: boolean;
}

/** Stations that are not listed and are remembered. */
const MOST_AWAY = 4096;

/**
 * The links of Wi-Fi 7 stations, which some lists print below the sum of each station: lines of one MAC in a row, the first of which is the
 * sum of the others, or has more because a link has gone. What is found out is kept from answer to answer. Rule: lines of one MAC.
 */
export class StationLinks {
  /** Stations whose first line is a sum, while they are listed: with one link left, the figures alone do not show it. */
  #sums: ReadonlySet<string> = new Set();
  #seen: ReadonlyMap<string, LinePair> = new Map();

  /** Leaves out the links. */
  without<L extends Line>(lines: readonly L[]): CountedLines<L> {
    const runs = runsOf(lines);
    const listed = new Map<string, number>();
    for (const [{ mac }] of runs) listed.set(mac, (listed.get(mac) ?? 0) + 1);
    const counted: L[] = [];
    const sums = new Set<string>();
    const seen = new Map<string, LinePair>();
    const doubtful = new Set<string>();
    for (const run of runs) {
      const [{ mac }, second] = run;
      const station = this.#lookAt(run, listed.get(mac) === 1);
      if (station === 'sum') sums.add(mac);
      else if (station !== null) seen.set(mac, station);
      if (station !== null && station !== 'sum' && !station.isApart && second !== undefined) doubtful.add(mac);
      counted.push(...(station === 'sum' ? run.slice(0, 1) : run));
    }
    const away = [...this.#seen].filter(([mac, { isApart }]) => !isApart && !listed.has(mac));
    for (const [mac, station] of away.slice(-MOST_AWAY)) seen.set(mac, station);
    this.#sums = sums;
    this.#seen = seen;
    return { lines: counted, doubtful };
  }

  /** Null for several lines that show nothing of that: each counts. */
  #lookAt([first, ...others]: LineRun<Line>, isOnlyRun: boolean): LinePair | 'sum' | null {
    if (this.#sums.has(first.mac)) return 'sum';
    const isSum = isSumOf(first.bytes, others);
    const lines = [first.bytes, others[0]?.bytes ?? NOTHING] as const;
    if (!isOnlyRun) return isSum ? 'sum' : { lines, isApart: true };
    if (others.length > 1) return isSum ? 'sum' : null;
    const last = this.#seen.get(first.mac);
    if (last?.isApart && isWithin(last.lines[0], first.bytes)) return { lines, isApart: true };
    const before = last?.lines ?? lines;
    return isSum || movedAlike(before, lines) ? 'sum' : { lines, isApart: isApart(before, lines) };
  }
}

/** Whether two lines moved, and by the same bytes: then the second is the link that is left. */
function movedAlike([first, second]: LinePair['lines'], [firstNow, secondNow]: LinePair['lines']): boolean {
  const [ofFirst, ofSecond] = [minus(firstNow, first), minus(secondNow, second)];
  return !isZero(ofSecond) && isZero(minus(ofFirst, ofSecond));
}

function runsOf<L extends Line>(lines: readonly L[]): LineRun<L>[] {
  const runs: LineRun<L>[] = [];
  for (const line of lines) {
    const run = runs.at(-1);
    if (run?.[0].mac === line.mac) run.push(line);
    else runs.push([line]);
  }
  return runs;
}

/** With two links or more, the sum may have more than they: it keeps what links moved that are gone. */
function isSumOf(sum: Traffic, links: readonly Line[]): boolean {
  const all = links.map(({ bytes }) => bytes).reduce(plus, NOTHING);
  if (links.length === 0 || isZero(all)) return false;
  return links.length === 1 ? sum.download === all.download && sum.upload === all.upload : isWithin(all, sum);
}
