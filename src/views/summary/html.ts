import { formatShare } from '../format.ts';
import { Html, html } from '../pages/frame/html.ts';
import type { Bar, Page, PageTable, Section } from './page.ts';
import { STYLE } from './style.ts';

/** The style is a constant of ours. */
const style = new Html(`<style>${STYLE}</style>`);

/** A page as HTML that loads nothing and runs no scripts: a file, or a mail. */
export function htmlOf({ title, subtitle, sections, footer }: Page): string {
  const page = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${title}</title>
${style}
</head>
<body>
<h1><bdi>${title}</bdi></h1>
<p class="quiet">${subtitle}</p>
${sections.map(sectionHtml)}
<footer>${footer}</footer>
</body>
</html>`;
  return `<!doctype html>\n${page.text}\n`;
}

function sectionHtml({ title, figures = [], bars = [], table, lines = [] }: Section): Html {
  return html`<section class="card">
${title === null ? null : html`<h2>${title}</h2>`}
${figures.length === 0 ? null : html`<dl class="figures">${figures.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}
${bars.map(barHtml)}
${table === undefined ? null : tableHtml(table)}
${lines.length === 0 ? null : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`}
</section>
`;
}

function barHtml({ name, share, isReached, text }: Bar): Html {
  const width = Math.min(100, share * 100).toFixed(2);
  return html`<div class="quota">
<div class="top"><bdi>${name}</bdi> <span>${formatShare(share)}</span></div>
<div class="bar" aria-hidden="true"><div class="${isReached ? 'over' : 'part'}" style="width: ${width}%"></div></div>
<p class="quiet">${text}</p>
</div>`;
}

function tableHtml({ columns, rows }: PageTable): Html {
  return html`<table>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${column.is}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, i) =>
        i === 0 ? html`<th scope="row"><bdi>${cell}</bdi></th>` : html`<td class="${columns[i]?.is ?? 'figure'}">${cell}</td>`,
      )}</tr>
`,
  )}</tbody>
</table>`;
}
