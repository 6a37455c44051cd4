import { minuteText } from '../../../domain/calendar.ts';
import { type AuditAnswer, type AuditLine, auditAnswer } from '../../api-v1/audit.ts';
import { type QueryParameters, single } from '../../api-v1/query.ts';
import { AUDIT_KINDS, meaningOf } from '../../audit-words.ts';
import { bytesIn } from '../../format.ts';
import type { View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { type Content, type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { withoutEmpty } from '../frame/query.ts';
import { type Option, select } from '../frame/select.ts';
import type { PageReader } from '../reader.ts';

const ON_PAGE = '100';
const NAMES = ['kind', 'router', 'from', 'to', 'before'] as const;

/** The page at `/audit`: rows of some kinds and a router, the newest first. Throws a RequestError where the query is wrong, or a LedgerError. */
export async function auditPage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const given = single(withoutEmpty(query), NAMES);
  const { rows, next_before: next } = await auditAnswer(view, { ...given, limit: ON_PAGE }, read.audit);
  const main = html`<section class="card" aria-labelledby="rows">
<div class="top"><h2 id="rows">What was booked or refused, and why</h2></div>
${form(view, given.kind ?? '', given.router ?? '')}
${rows.length === 0 ? html`<p class="quiet">${next === null ? 'The audit has no such row.' : 'Rows of what is private are not shown.'} <a href="audit">Show all</a></p>` : table(view, rows)}
${pages(given, next)}
</section>`;
  return page(view, { title: 'Audit', at: 'audit', self: link('audit', given), main });
}

function form(view: View, kind: string, router: string): Html {
  const kinds = AUDIT_KINDS.map((each): Option => [each, meaningOf(each).title]).sort(([, a], [, b]) => (a < b ? -1 : 1));
  const several: readonly Option[] = kind.includes(',') ? [[kind, 'Several kinds']] : [];
  const routers = view.routers.map(({ name }): Option => [name, name]);
  return html`<form class="search" method="get" action="audit" role="search">
${select('kind', 'Kind', 'All kinds', [...several, ...kinds], kind)}
${select('router', 'Router', 'All routers', routers, router)}
<p><button>Show</button></p>
</form>`;
}

function pages(given: Readonly<Record<string, string | undefined>>, next: AuditAnswer['next_before']): Html | null {
  if (next === null && given.before === undefined) return null;
  const { before: _, ...rest } = given;
  return html`<nav class="pager" aria-label="More rows">${given.before === undefined ? null : html`<a href="${link('audit', rest)}">Newest rows</a>`}${
    next === null ? null : html`<a href="${link('audit', { ...rest, before: String(next) })}" rel="next">Older rows</a>`
  }</nav>`;
}

const table = (view: View, rows: readonly AuditLine[]): Html => html`<table class="audit stack">
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col" class="n">Bytes</th></tr></thead>
<tbody>${rows.map((row) => tableRow(view, row))}</tbody>
</table>`;

function tableRow({ timezone, units }: View, row: AuditLine): Html {
  const { title } = meaningOf(row.kind);
  const at: Content = row.router === null ? null : html` at <bdi>${row.router}</bdi>`;
  const bytes =
    row.total_bytes === 0
      ? null
      : html`${bytesIn(units)(row.total_bytes)}${row.outcome === 'noted' ? null : html`<br><small class="${row.outcome === 'refused' ? 'failed' : ''}">${row.outcome}</small>`}`;
  return html`<tr><th scope="row"><time>${minuteText(Date.parse(row.at), timezone)}</time></th>
<td><strong>${title}:</strong> <bdi>${row.what}</bdi>${at}<br><small><bdi>${row.why}</bdi></small></td><td class="n">${bytes}</td></tr>`;
}
