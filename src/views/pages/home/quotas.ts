import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { quotaTable, sortedQuotas } from '../quotas/table.ts';

const SHOWN = 12;

/** The quotas of the home and its uplinks, then those of which most is used. Null without quotas. */
export function quotasCard(view: View): Html | null {
  const rows = sortedQuotas(view);
  if (rows.length === 0) return null;
  return html`<section class="card" aria-labelledby="quotas">
<div class="top"><h2 id="quotas">Quotas</h2></div>
${quotaTable(view, rows.slice(0, SHOWN))}
${rows.length > SHOWN ? html`<p class="more"><a href="quotas">All ${rows.length} rows</a></p>` : null}
</section>`;
}
