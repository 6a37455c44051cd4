import { MOST_LINES } from '../../domain/pairing.ts';
import { isWithin, isZero, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';

interface Line {
  mac: string;
  bytes: Traffic;
}

/** A list without the links of Wi-Fi 7 stations. */
interface CountedLines<L> {
  lines: L[];
  /** Those left out, by MAC; of one as many as lines count at most. */
  links: ReadonlyMap<string, readonly Traffic[]>;
  /** MACs whose lines are all in a row and may be a sum and its links: other lists show it. */
  inRow: ReadonlySet<string>;
}

/** Lines of one MAC in a row. */
type LineRun<L extends Line> = [L, ...L[]];

/**
 * Leaves out the links of Wi-Fi 7 stations, which some lists print below the sum of each station: lines of one MAC in a row, the first of which is
 * the sum of the others, or has more because a link has gone. Rule: lines of one MAC.
 */
export function withoutLinks<L extends Line>(lines: readonly L[]): CountedLines<L> {
  const runs = runsOf(lines);
  const listed = new Map<string, number>();
  for (const [{ mac }] of runs) listed.set(mac, (listed.get(mac) ?? 0) + 1);
  const counted: L[] = [];
  const links = new Map<string, Traffic[]>();
  const inRow = new Set<string>();
  for (const run of runs) {
    const [first, ...others] = run;
    const isSum = isSumOf(first.bytes, others);
    // Line by line: a hostile list may have very many of one MAC.
    for (const line of isSum ? [first] : run) counted.push(line);
    if (isSum) {
      const left = links.get(first.mac) ?? [];
      for (const { bytes } of others.slice(0, MOST_LINES - left.length)) left.push(bytes);
      links.set(first.mac, left);
    } else if (others.length > 0 && listed.get(first.mac) === 1) inRow.add(first.mac);
  }
  return { lines: counted, links, inRow };
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
