import type { CommandIo } from './command-io.ts';
import { type Fit, fitColumns } from './fit-columns.ts';

/** A column of a table in the terminal. */
export interface Column extends Fit {
  title: string;
  align: 'left' | 'right';
}

/** Figures and dates, which are never cut. */
export const left = (title: string): Column => ({ title, align: 'left', fit: 'keep', leaves: 'never' });
export const right = (title: string): Column => ({ ...left(title), align: 'right' });
/** Names, which a narrow terminal shortens; a MAC among them tells rows apart. */
export const name = (title: string): Column => ({ ...left(title), fit: 'shorten' });
/** Sentences and lists, which a narrow terminal wraps. */
export const prose = (title: string): Column => ({ ...left(title), fit: 'wrap' });
/** What a narrow terminal leaves out, the last first. */
export const extra = (title: string): Column => ({ ...left(title), leaves: 'early' });
/** What a narrower one leaves out after that, such as figures that a total includes. */
export const late = (column: Column): Column => ({ ...column, leaves: 'late' });
/** What it leaves out after all else, before it cuts names. */
export const last = (column: Column): Column => ({ ...column, leaves: 'last' });

const NO_LINES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'] as const;
const NO_RULES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'] as const;

/** Characters that a table may be wide: those of the terminal, or of COLUMNS as `watch` sets it; null where nothing is cut. */
export const roomIn = ({ stdout, env }: Pick<CommandIo, 'stdout' | 'env'>): number | null => stdout.columns || Number(env.COLUMNS) || null;

/** Spaces between columns. */
const GAP = 2;

/**
 * A table as text, one line per row, without a final line end. Wide characters keep their columns. It fits into `room` characters; null
 * sets no limit. Columns that do not fit are named below it.
 */
export async function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  room: number | null = null,
): Promise<string> {
  const cells = rows.map((row) => row.map(printable));
  const natural = await naturalWidths(columns, cells);
  const widths = room === null ? natural : fitColumns(columns, natural, room + GAP, await naturalWidths(columns, cells.map(upToMacs)));
  const shown = <T>(list: readonly T[]): T[] => list.filter((_, i) => widths[i] !== null);
  const isWhole = widths.every((width, i) => width === natural[i]);
  const blocks = await drawn(
    shown(columns).map((column) => (isWhole ? { ...column, fit: 'keep' } : column)),
    cells.map(shown),
    widths.flatMap((width) => width ?? []),
  );
  const text = blocks.map((block) => block.text).join('\n');
  const without = columns.filter((_, i) => widths[i] === null).map(({ title }) => title);
  return without.length === 0 ? text : `${text}\n(no room for ${without.join(', ')})`;
}

/** The widths of columns whose texts are all whole, with the gap after each. */
async function naturalWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<number[]> {
  const blocks = await drawn(columns, widening(rows), []);
  return columns.map((_, i) => blocks.reduce((most, { widths }) => Math.max(most, widths[i] ?? 0), 0));
}

const UP_TO_MAC = /^.*\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/i;

/** A row whose texts end after the MAC that is in them, and are empty without one. */
const upToMacs = (row: readonly string[]): string[] =>
  row.map((text) => {
    const [start = ''] = UP_TO_MAC.exec(text) ?? [];
    return start === '' || start === text ? start : `${start}…`;
  });

/** Text whose characters are all one column wide. */
const PLAIN = /^[ -~]*$/;

/** Rows that can make a column wider: of plain texts, only those that are longer than all before have to be measured. */
function widening(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const longest: number[] = [];
  return rows.filter((row) => {
    let isWider = false;
    for (const [i, text] of row.entries()) {
      const isPlain = PLAIN.test(text);
      isWider ||= !isPlain || text.length > (longest[i] ?? 0);
      if (isPlain) longest[i] = Math.max(longest[i] ?? 0, text.length);
    }
    return isWider;
  });
}

/** Rows that the library lays out together: its time grows with their square. */
const BLOCK = 50;

/** Draws a table in blocks, with these widths, which include the gap after a column, or each with the widths of its content. */
async function drawn(columns: readonly Column[], rows: readonly (readonly string[])[], widths: readonly number[]) {
  const { default: CliTable } = await import('cli-table3');
  return Array.from({ length: Math.max(1, Math.ceil(rows.length / BLOCK)) }, (_, block) => {
    const table = new CliTable({
      head: block === 0 ? columns.map(({ title }) => title) : [],
      colAligns: columns.map(({ align }) => align),
      colWidths: [...widths],
      // No colours, so that it is readable in any terminal and in a file.
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
      chars: Object.fromEntries([...NO_LINES, ...NO_RULES].map((name) => [name, ''])),
    });
    const own = rows.slice(block * BLOCK, (block + 1) * BLOCK);
    table.push(...own.map((row) => row.map((content, i) => ({ content, wordWrap: columns[i]?.fit === 'wrap' }))));
    const text = table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
    // The library leaves the widths it found in its options.
    return { text, widths: table.options.colWidths.map(Number) };
  });
}

/** Text that is safe in a terminal: no control characters, no marks that change its direction. */
export const printable = (text: string): string => text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '');

/** JSON that is safe in a terminal. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\n\P{C}]|\p{Zl}|\p{Zp}/gu, (text) =>
    [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
