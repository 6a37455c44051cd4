import type { Page, PageTable, Section } from './page.ts';
import { barText } from './words.ts';

/** A page as Markdown, as GitHub and most programs read it. No text in it is read as markup. */
export function markdownOf({ title, subtitle, sections, footer }: Page): string {
  return `${[`# ${plain(title)}`, plain(subtitle), ...sections.flatMap(sectionLines), `*${plain(footer)}*`].join('\n\n')}\n`;
}

function sectionLines({ title, figures = [], bars = [], table, lines = [] }: Section): string[] {
  return [
    ...(title === null ? [] : [`## ${plain(title)}`]),
    ...(figures.length === 0 ? [] : [figures.map(({ name, value }) => `- **${plain(name)}:** ${plain(value)}`).join('\n')]),
    ...(bars.length === 0
      ? []
      : [bars.map(({ name, share, text }) => `- **${plain(name)}** ${barText(share, BAR)}  \n  ${plain(text)}`).join('\n')]),
    ...(table === undefined ? [] : [tableText(table)]),
    ...(lines.length === 0 ? [] : [lines.map((line) => `- ${plain(line)}`).join('\n')]),
  ];
}

const BAR = 20;

function tableText({ columns, rows }: PageTable): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(columns.map(({ title }) => plain(title))),
    row(columns.map(({ is }) => (is === 'name' ? '---' : '--:'))),
    ...rows.map((cells) => row(cells.map(plain))),
  ].join('\n');
}

/** What is not a character to read: controls, line ends, marks that change the direction. */
const UNREADABLE = /\p{C}|\p{Zl}|\p{Zp}/gu;
/** What begins or ends markup anywhere, or makes a link of an address. */
const MARKUP = /[\\`*_[\]<>|~#&$!]|:(?=\/\/)|(?<=www)\.|@/gi;
/** What begins a list or a rule at the start of a line. */
const AT_START = /^(\s*)([-+=]|\d+(?=[.)](?:\s|$)))/;

/** Text that Markdown shows as it is. */
function plain(text: string): string {
  const marked = text.replace(UNREADABLE, '').replace(MARKUP, '\\$&');
  return marked.replace(AT_START, (_, space: string, first: string) => `${space}${/\d/.test(first) ? `${first}\\` : `\\${first}`}`);
}
