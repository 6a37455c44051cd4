import { isUp, type RouterStatus } from '../../../domain/status.ts';
import { quote } from '../../../errors.ts';
import { auditAnswer } from '../../api-v1/audit.ts';
import { type QueryParameters, single } from '../../api-v1/query.ts';
import { RequestError } from '../../api-v1/request-error.ts';
import { meaningOf } from '../../audit-words.ts';
import { formatAge } from '../../format.ts';
import type { View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import type { PageReader } from '../reader.ts';
import { isWell, routerCard } from './card.ts';
import { reasonsCard } from './reasons.ts';

/** Audit rows that are shown. */
const SHOWN = 5;

/** The page at `/routers`: each in a line while it is well, else with what to do. */
export function routersPage(view: View): string {
  const main = html`${routersCard(view)}
${view.routers.filter((router) => !isWell(router)).map((router, index) => routerCard(view, router, `router-${index + 1}`))}`;
  return page(view, { title: 'Routers', at: 'routers', self: 'routers', main });
}

/** All routers, a line each. */
export const routersCard = (view: View): Html => html`<section class="card" aria-labelledby="routers">
<div class="top"><h2 id="routers">Routers</h2></div>
<table>
<thead><tr><th scope="col">Router</th><th scope="col">State</th><th scope="col" class="n">Last read</th></tr></thead>
<tbody>${view.routers.map((router) => line(view, router))}</tbody>
</table>
</section>`;

function line({ now, wallClock }: View, router: RouterStatus): Html {
  const sources = [...router.sources.values()];
  const failed = sources.filter(({ error }) => error !== null);
  const last = Math.max(0, ...sources.map(({ lastSuccess }) => lastSuccess ?? 0));
  const state = isWell(router)
    ? isUp(router, wallClock)
      ? html`<span class="ok">all ok</span>`
      : html`<span class="quiet">not read lately</span>`
    : failed.length === 0
      ? html`<span class="quiet">not read yet</span>`
      : html`<span class="failed">${router.up ? `failed: ${failed.map(({ source }) => source).join(', ')}` : 'no answer'}</span>`;
  return html`<tr><th scope="row"><a href="${link('router', { name: router.name })}"><bdi>${router.name}</bdi></a>${router.system === null ? null : html` <small class="ip"><bdi>${router.system.model}</bdi></small>`}</th>
<td>${state}</td><td class="n">${last === 0 ? 'never' : formatAge(now - last)}</td></tr>`;
}

/** The page at `/router`. Throws a RequestError where there is no such router, or a LedgerError. */
export async function routerPage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const { name = '' } = single(query, ['name']);
  const router = view.routers.find((each) => each.name === name);
  if (router === undefined) throw new RequestError(404, `There is no router ${quote(name)}`);
  const { rows } = await auditAnswer(view, { router: name, limit: String(SHOWN) }, read.audit);
  const main = html`${routerCard(view, router, 'router')}
${await reasonsCard(view, name, read)}
<section class="card" aria-labelledby="audit">
<div class="top"><h2 id="audit">Last rows of the audit</h2><p class="quiet"><a href="${link('audit', { router: name })}">All of this router</a></p></div>
${
  rows.length === 0
    ? html`<p class="quiet">Nothing unusual was noted of this router.</p>`
    : html`<ul class="lately">${rows.map(
        ({ kind, what, why, at }) =>
          html`<li><strong>${meaningOf(kind).title}:</strong> <bdi>${what}</bdi>. <bdi>${why}</bdi>. <small>${formatAge(view.now - Date.parse(at))}</small></li>`,
      )}</ul>`
}
</section>`;
  return page(view, { title: router.name, at: 'routers', self: link('router', { name }), main });
}
