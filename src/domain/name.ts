const LONGEST = 63;

/**
 * A host name as it may be shown. Names are chosen by anyone on the network: control characters and invisible
 * direction marks are dropped, blanks folded, the length bounded. Null where nothing is left.
 */
export function cleanName(text: string): string | null {
  const name = text
    .slice(0, 4 * LONGEST)
    .replace(/\p{C}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return [...name].slice(0, LONGEST).join('').trim() || null;
}
