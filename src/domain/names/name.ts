const LONGEST = 63;

/**
 * A host name that is safe to show. Anyone on the network can choose names, so this drops control characters and
 * invisible direction marks, collapses spaces and limits the length. Null if nothing is left.
 * Rule: names.
 */
export function cleanName(text: string): string | null {
  const name = text
    .slice(0, 4 * LONGEST)
    .replace(/\p{C}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
  return [...name].slice(0, LONGEST).join('').trim() || null;
}
