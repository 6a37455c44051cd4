/** What becomes of a column where the terminal is too narrow. */
export interface Fit {
  /** Its texts stay whole, end with "…", or continue on the next line. */
  fit: 'keep' | 'shorten' | 'wrap';
  /** When the column is left out in a narrow terminal: those with "early" first, then "late", then "last". */
  leaves: 'never' | 'early' | 'late' | 'last';
}

/** Characters that a column that gives way keeps at least. */
const LEAST: Record<Fit['fit'], number> = { keep: Number.POSITIVE_INFINITY, shorten: 12, wrap: 20 };
/** Characters that names keep as long as another column can be left out: a stranger may call a device by a longer one. */
const ROOM_FOR_NAMES = 38;

/**
 * The widths of columns that together are not wider than `room`, from their natural widths; null for one that is left out, from right to
 * left. Sentences and very long names give way first, then columns are left out, then all names are cut, the widest first. `telling`: the
 * widths at which names still tell rows apart, which are cut into last. Where nothing is enough, the rest is wider.
 */
export function fitColumns(
  columns: readonly Fit[],
  natural: readonly number[],
  room: number,
  telling: readonly number[] = [],
): (number | null)[] {
  const leastOf = (names: number, whole: readonly number[]) =>
    columns.map(({ fit }, i) => (fit === 'shorten' ? Math.max(names, whole[i] ?? 0) : LEAST[fit]));
  const kept: (number | null)[] = [...natural];
  for (;;) {
    const narrowed = narrow(kept, leastOf(ROOM_FOR_NAMES, telling), room);
    if (sum(narrowed) <= room) return narrowed;
    const next = (['early', 'late', 'last'] as const)
      .map((when) => columns.findLastIndex(({ leaves }, i) => leaves === when && kept[i] !== null))
      .find((i) => i !== -1);
    if (next === undefined) break;
    kept[next] = null;
  }
  const cut = narrow(kept, leastOf(LEAST.shorten, telling), room);
  return narrow(cut, leastOf(LEAST.shorten, []), room);
}

function narrow(natural: readonly (number | null)[], least: readonly number[], room: number): (number | null)[] {
  const widths = [...natural];
  while (sum(widths) > room) {
    const able = widths.flatMap((width, i) => (width !== null && width > (least[i] ?? 0) ? [{ width, i }] : []));
    const widest = able.reduce<{ width: number; i: number } | null>((a, b) => (a === null || b.width > a.width ? b : a), null);
    if (widest === null) break;
    widths[widest.i] = widest.width - 1;
  }
  return widths;
}

const sum = (widths: readonly (number | null)[]): number => widths.reduce<number>((all, width) => all + (width ?? 0), 0);
