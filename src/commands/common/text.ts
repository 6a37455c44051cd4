/** A column of a table in the terminal. */
export interface Column {
  title: string;
  align: 'left' | 'right';
}

export const left = (title: string): Column => ({ title, align: 'left' });
export const right = (title: string): Column => ({ title, align: 'right' });

/** `1 day`, `2 days` */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;

const NO_LINES = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'] as const;
const NO_RULES = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'] as const;

/** A table as text, a line each row, without a line end at its end. Wide characters keep their columns. */
export async function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<string> {
  const { default: CliTable } = await import('cli-table3');
  const table = new CliTable({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align),
    // Words without colour can be read in every terminal, and in a file.
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

/** Text that leaves a terminal as it is: no control characters, no marks that turn its direction. */
export const printable = (text: string): string => text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '');

/** JSON that does the same. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\n\P{C}]|\p{Zl}|\p{Zp}/gu, (text) =>
    [...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}
