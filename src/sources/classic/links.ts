import { isZero, minus, plus, type Traffic } from '../../domain/traffic.ts';

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

/** Stations that are not listed and of which it is remembered that their lines are unclear. */
const MOST_UNCLEAR = 4096;

/**
 * The links of Wi-Fi 7 stations, which some lists print below the sum of each station: lines of one MAC in a row, the first of which is the
 * sum of the others, or has more because a link has gone. What is found out is kept from answer to answer. Rule: lines of one MAC.
 */
export class StationLinks {
  /** Stations whose first line is a sum, while they are listed: with one link left, the figures alone do not show it. */
  #sums = new Set<string>();
  /** Two lines that no figure tells apart: a sum with the one link that is left, or one station on two radios. What they showed last. */
  readonly #unclear = new Map<string, readonly [Traffic, Traffic]>();
  /** The MACs of the last answer: a line that appears beside one of theirs has begun. */
  #listed: ReadonlySet<string> = new Set();

  /** Leaves out the links. */
  without<L extends Line>(lines: readonly L[]): CountedLines<L> {
    const counted: L[] = [];
    const [listed, inRows, sums] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (let start = 0; start < lines.length; ) {
      const first = lines[start] as L;
      let end = start + 1;
      while (lines[end]?.mac === first.mac) end += 1;
      const others = lines.slice(start + 1, end);
      if (others.length > 0) inRows.add(first.mac);
      if (this.#sums.has(first.mac) || (others.length > 0 && this.#isSum(first, others))) sums.add(first.mac);
      counted.push(first, ...(sums.has(first.mac) ? [] : others));
      listed.add(first.mac);
      start = end;
    }
    for (const mac of this.#unclear.keys())
      if ((listed.has(mac) && !inRows.has(mac)) || this.#unclear.size > MOST_UNCLEAR + inRows.size) this.#unclear.delete(mac);
    this.#sums = sums;
    this.#listed = listed;
    return { lines: counted, doubtful: new Set([...inRows].filter((mac) => this.#unclear.has(mac))) };
  }

  #isSum({ mac, bytes }: Line, others: readonly Line[]): boolean {
    const [other] = others;
    const last = this.#unclear.get(mac);
    this.#unclear.delete(mac);
    if (other === undefined) return false;
    if (isSumOf(bytes, others) || (last !== undefined && movedAlike(last, [bytes, other.bytes]))) return true;
    const isUnclear = others.length === 1 && (last !== undefined || !this.#listed.has(mac)) && mayBeOf(bytes, other.bytes, last);
    if (isUnclear) this.#unclear.set(mac, [bytes, other.bytes]);
    return false;
  }
}

/** With two links or more, the sum may have more than they: it keeps what links moved that are gone. */
function isSumOf(sum: Traffic, links: readonly Line[]): boolean {
  const all = links.map(({ bytes }) => bytes).reduce(plus, { download: 0, upload: 0 });
  if (isZero(all)) return false;
  return links.length === 1 ? sum.download === all.download && sum.upload === all.upload : isWithin(all, sum);
}

const isWithin = (part: Traffic, whole: Traffic): boolean => part.download <= whole.download && part.upload <= whole.upload;

/** Whether two lines moved by the same bytes: the second is the link that moves, and the first the sum of all. */
function movedAlike(last: readonly [Traffic, Traffic], [sum, link]: readonly [Traffic, Traffic]): boolean {
  const [ofSum, ofLink] = [minus(sum, last[0]), minus(link, last[1])];
  return !isZero(ofLink) && ofSum.download === ofLink.download && ofSum.upload === ofLink.upload;
}

/** Whether a second line may be a link of the first: it has as much at most, and moved as much at most. */
function mayBeOf(sum: Traffic, link: Traffic, last: readonly [Traffic, Traffic] | undefined): boolean {
  return isWithin(link, sum) && (last === undefined || isWithin(minus(link, last[1]), minus(sum, last[0])));
}
