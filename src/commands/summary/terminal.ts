import type { Page, Section, TableColumn } from '../../views/summary/page.ts';
import { barText } from '../../views/summary/words.ts';
import { type Column, left, name, printable, prose, right, textTable } from '../common/text.ts';

const WIDEST_BAR = 40;

/** A page as text that fits into `room` characters a line; null sets no limit. */
export async function terminalOf({ title, subtitle, sections, footer }: Page, room: number | null): Promise<string> {
  const parts = [await paragraph(title, room), await paragraph(subtitle, room)];
  const blocks = [parts.join('\n')];
  for (const section of sections) blocks.push(await sectionText(section, room));
  return `${[...blocks, await paragraph(footer, room)].join('\n\n')}\n`;
}

async function sectionText({ title, figures = [], bars = [], table, lines = [] }: Section, room: number | null): Promise<string> {
  const blocks: string[] = [];
  if (title !== null) blocks.push(await paragraph(title.toUpperCase(), room));
  if (figures.length > 0) {
    const rows = figures.map(({ name: what, value }) => [what, value]);
    blocks.push(await withoutHead([name(''), right('')], rows, room));
  }
  for (const { name: what, share, text } of bars) {
    const bar = barText(share, Math.min(WIDEST_BAR, room ?? WIDEST_BAR));
    blocks.push([await paragraph(what, room), bar, await paragraph(text, room)].join('\n'));
  }
  if (table !== undefined) blocks.push(await textTable(table.columns.map(columnOf), table.rows, room));
  if (lines.length > 0)
    blocks.push(
      await withoutHead(
        [left(''), prose('')],
        lines.map((line) => ['-', line]),
        room,
      ),
    );
  return blocks.join('\n');
}

function columnOf(column: TableColumn): Column {
  const title = printable(column.title);
  switch (column.is) {
    case 'name':
      return name(title);
    case 'figure':
      return right(title);
    case 'detail':
      return { ...right(title), leaves: 'early' };
    default:
      return column.is satisfies never;
  }
}

/** Text that continues on the next line where it is too long. */
async function paragraph(text: string, room: number | null): Promise<string> {
  return room === null ? printable(text) : withoutHead([prose('')], [[text]], room);
}

async function withoutHead(columns: readonly Column[], rows: readonly (readonly string[])[], room: number | null): Promise<string> {
  return (await textTable(columns, rows, room)).split('\n').slice(1).join('\n');
}
