/** What becomes of a column where the terminal is too narrow. */
export interface Fit {
  /** Its texts stay whole, end with "…", or continue on the next line. */
  fit: 'keep' | 'shorten' | 'wrap';
  /** Whether it is left out where that is not enough: before others, or after them. */
  leaves: 'never' | 'early' | 'late';
}

/** Characters that a column that gives way keeps at least. */
const LEAST: Record<Fit['fit'], number> = { keep: Number.POSITIVE_INFINITY, shorten: 12, wrap: 20 };

/**
 * The widths of columns that together are not wider than `room`, from their natural widths; null for one that is left out. The widest
 * gives way first, and a column is left out only where that is not enough, from right to left. Where nothing is enough, the rest is wider.
 */
export function fitColumns(columns: readonly Fit[], natural: readonly number[], room: number): (number | null)[] {
  const kept: (number | null)[] = [...natural];
  for (;;) {
    const narrowed = narrow(columns, kept, room);
    const next = (['early', 'late'] as const)
      .map((when) => columns.findLastIndex(({ leaves }, i) => leaves === when && kept[i] !== null))
      .find((i) => i !== -1);
    if (sum(narrowed) <= room || next === undefined) return narrowed;
    kept[next] = null;
  }
}

function narrow(columns: readonly Fit[], natural: readonly (number | null)[], room: number): (number | null)[] {
  const widths = [...natural];
  const spare = (i: number) => (widths[i] ?? 0) - LEAST[columns[i]?.fit ?? 'keep'];
  while (sum(widths) > room) {
    const able = widths.flatMap((width, i) => (width !== null && spare(i) > 0 ? [{ width, i }] : []));
    const widest = able.reduce<{ width: number; i: number } | null>((a, b) => (a === null || b.width > a.width ? b : a), null);
    if (widest === null) break;
    widths[widest.i] = widest.width - 1;
  }
  return widths;
}

const sum = (widths: readonly (number | null)[]): number => widths.reduce<number>((all, width) => all + (width ?? 0), 0);
