import { plus, type Traffic } from '../../domain/traffic.ts';

interface Line {
  mac: string;
  bytes: Traffic;
}

/**
 * Leaves out the links of Wi-Fi 7 stations, which some lists print below the sum of each station: lines of one MAC in a row, the first of
 * which is the sum of the others. `known` keeps those MACs while they are listed: after a link is dropped, the figures no longer show it.
 * Rule: lines of one MAC.
 */
export function withoutLinks<L extends Line>(lines: readonly L[], known: Set<string>): L[] {
  const kept: L[] = [];
  const listed = new Set<string>();
  for (let start = 0; start < lines.length; ) {
    const sum = lines[start] as L;
    let end = start + 1;
    while (lines[end]?.mac === sum.mac) end += 1;
    const links = lines.slice(start + 1, end);
    if (isSumOf(sum.bytes, links)) known.add(sum.mac);
    listed.add(sum.mac);
    kept.push(sum, ...(known.has(sum.mac) ? [] : links));
    start = end;
  }
  for (const mac of known) if (!listed.has(mac)) known.delete(mac);
  return kept;
}

/** With two links or more, the sum may have more than they: it keeps what links moved that are gone. */
function isSumOf(sum: Traffic, links: readonly Line[]): boolean {
  const all = links.map(({ bytes }) => bytes).reduce(plus, { download: 0, upload: 0 });
  if (all.download + all.upload === 0) return false;
  if (links.length === 1) return sum.download === all.download && sum.upload === all.upload;
  return sum.download >= all.download && sum.upload >= all.upload;
}
