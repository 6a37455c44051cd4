import { type QueryParameters, single } from '../../api-v1/query.ts';
import type { View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { pageNumber, pager } from '../frame/pager.ts';
import { quotaTable, sortedQuotas } from './table.ts';

const ON_PAGE = 200;

/** The page at `/quotas`. Throws a RequestError where the query is wrong. */
export function quotasPage(view: View, query: QueryParameters): string {
  const wanted = pageNumber(single(query, ['page']).page);
  const rows = sortedQuotas(view);
  const pages = Math.max(1, Math.ceil(rows.length / ON_PAGE));
  const at = Math.min(wanted, pages);
  const address = (number: number) => link('quotas', { page: number === 1 ? '' : String(number) });
  const main = html`<section class="card" aria-labelledby="all">
<div class="top"><h2 id="all">How everything stands in its quotas</h2></div>
${rows.length === 0 ? html`<p class="quiet">The configuration has no quotas.</p>` : quotaTable(view, rows.slice((at - 1) * ON_PAGE, at * ON_PAGE))}
${pager(at, pages, address)}
</section>`;
  return page(view, { title: 'Quotas', at: 'quotas', self: address(at), main });
}
