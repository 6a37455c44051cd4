import { actionText, reasonText } from '../../../domain/people/limits/words.ts';
import { type LimitRow, limitRows } from '../../rows/limits.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';

const SHOWN = 12;

/** What is limited or allowed, and why. Null where nothing can be. */
export function limitsCard(view: View): Html | null {
  if (view.limits === null || view.limits === undefined) return null;
  const rows = limitRows(view);
  return html`<section class="card" aria-labelledby="limits">
<div class="top"><h2 id="limits">Limits</h2></div>
${rows.length === 0 ? html`<p class="quiet">Nothing is limited now.</p>` : table(rows.slice(0, SHOWN), view)}
<p class="more"><a href="limits">${rows.length > SHOWN ? `All ${rows.length} limits` : 'Set or clear limits'}</a></p>
</section>`;
}

const table = (rows: readonly LimitRow[], view: View): Html => html`<table class="limits stack">
<thead><tr><th scope="col">Of</th><th scope="col">Now</th></tr></thead>
<tbody>${rows.map((row) => tableRow(row, view))}</tbody>
</table>`;

function tableRow(row: LimitRow, { timezone }: View): Html {
  const why = row.reasons.map((reason) => reasonText(reason, timezone)).join('; ');
  return html`<tr><th scope="row"><bdi>${row.title === '' ? row.thing.of : row.title}</bdi></th>
<td>${actionText(row.effect ?? { kind: 'allow' })}<br><small>${why}${troubles(row)}</small></td></tr>`;
}

/** Where it does not hold, and why. */
function troubles({ effect, on }: LimitRow): string {
  if (effect === null) return '';
  if (on.length === 0) return ' · not on any router';
  return on
    .filter(({ state }) => state !== 'active')
    .map(({ router, state, why }) => ` · ${state} on ${router}${why === null ? '' : `: ${why}`}`)
    .join('');
}
