/** A column of a table in the terminal. */
export interface Column {
  title: string;
  align: 'left' | 'right';
}

export const left = (title: string): Column => ({ title, align: 'left' });
export const right = (title: string): Column => ({ title, align: 'right' });

const NO_LINES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'] as const;
const NO_RULES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'] as const;

/** A table as text, one line per row, without a final line end. Wide characters keep their columns. */
export async function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<string> {
  const { default: CliTable } = await import('cli-table3');
  const table = new CliTable({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align),
    // No colours, so that it is readable in any terminal and in a file.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries([...NO_LINES, ...NO_RULES].map((name) => [name, ''])),
  });
  table.push(...rows.map((row) => row.map(printable)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Text that is safe in a terminal: no control characters, no marks that change its direction. */
export const printable = (text: string): string => text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '');

/** JSON that is safe in a terminal. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\n\P{C}]|\p{Zl}|\p{Zp}/gu, (text) =>
    [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
