import { isZero, minus, plus, type Traffic } from '../../domain/traffic.ts';

interface Line {
  mac: string;
  bytes: Traffic;
}

/** The lines of a list that count. */
export interface CountedLines<L> {
  lines: L[];
  /** MACs with two lines of which the second may be a link that the first has too. */
  doubtful: ReadonlySet<string>;
}

/** Answers in a row that may lack a station with links without its being looked at again. */
const MISSED = 3;

/**
 * The links of Wi-Fi 7 stations, which some lists print below the sum of each station: lines of one MAC in a row, the first of which is the
 * sum of the others, or has more because a link has gone. What is found out is kept from answer to answer. Rule: lines of one MAC.
 */
export class StationLinks {
  /** Stations whose first line is a sum, by how many answers in a row have lacked them. */
  readonly #sums = new Map<string, number>();
  /** Two lines that no figure tells apart: a sum with the one link that is left, or one station on two radios. What they showed last. */
  readonly #unclear = new Map<string, readonly [Traffic, Traffic]>();
  #isFirst = true;

  /** Leaves out the links. */
  without<L extends Line>(lines: readonly L[]): CountedLines<L> {
    const counted: L[] = [];
    const doubtful = new Set<string>();
    const listed = new Set<string>();
    for (let start = 0; start < lines.length; ) {
      const sum = lines[start] as L;
      let end = start + 1;
      while (lines[end]?.mac === sum.mac) end += 1;
      const links = lines.slice(start + 1, end);
      if (this.#isSum(sum, links)) counted.push(sum);
      else counted.push(sum, ...links);
      if (links.length > 0 && this.#unclear.has(sum.mac)) doubtful.add(sum.mac);
      listed.add(sum.mac);
      start = end;
    }
    this.#forget(listed);
    this.#isFirst = false;
    return { lines: counted, doubtful };
  }

  #isSum({ mac, bytes }: Line, links: readonly Line[]): boolean {
    if (this.#sums.get(mac) === 0) return true;
    const [link] = links;
    const wasSum = this.#sums.delete(mac);
    const last = this.#unclear.get(mac);
    this.#unclear.delete(mac);
    const isSum = isSumOf(bytes, links) || (link !== undefined && last !== undefined && movedAlike(last, [bytes, link.bytes]));
    if (isSum) this.#sums.set(mac, 0);
    // Afterwards, a line that appears is one that began.
    else if (
      link !== undefined &&
      links.length === 1 &&
      (this.#isFirst || wasSum || last !== undefined) &&
      mayBeOf(bytes, link.bytes, last)
    )
      this.#unclear.set(mac, [bytes, link.bytes]);
    return isSum;
  }

  #forget(listed: ReadonlySet<string>): void {
    for (const [mac, missed] of this.#sums) {
      if (listed.has(mac)) continue;
      if (missed < MISSED) this.#sums.set(mac, missed + 1);
      else this.#sums.delete(mac);
    }
    for (const mac of this.#unclear.keys()) if (!listed.has(mac)) this.#unclear.delete(mac);
  }
}

/** With two links or more, the sum may have more than they: it keeps what links moved that are gone. */
function isSumOf(sum: Traffic, links: readonly Line[]): boolean {
  const all = links.map(({ bytes }) => bytes).reduce(plus, { download: 0, upload: 0 });
  if (all.download + all.upload === 0) return false;
  if (links.length === 1) return sum.download === all.download && sum.upload === all.upload;
  return isWithin(all, sum);
}

const isWithin = (part: Traffic, whole: Traffic): boolean => part.download <= whole.download && part.upload <= whole.upload;

/** Whether two lines moved by the same bytes: the second is the link that moves, and the first the sum of all. */
function movedAlike(last: readonly [Traffic, Traffic], [sum, link]: readonly [Traffic, Traffic]): boolean {
  const [ofSum, ofLink] = [minus(sum, last[0]), minus(link, last[1])];
  return !isZero(ofLink) && ofSum.download === ofLink.download && ofSum.upload === ofLink.upload;
}

/** Whether a second line may be a link of the first: it has as much at most, and moved as much at most. */
function mayBeOf(sum: Traffic, link: Traffic, last: readonly [Traffic, Traffic] | undefined): boolean {
  if (isZero(link) || !isWithin(link, sum)) return false;
  return last === undefined || isWithin(minus(link, last[1]), minus(sum, last[0]));
}
