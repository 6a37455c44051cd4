import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { isCap, quotaTable, sortedQuotas } from '../quotas/table.ts';

const SHOWN = 12;

/** The quotas of uplinks, then those of which most is used; the cap of the month is shown there. Null without any. */
export function quotasCard(view: View): Html | null {
  const rows = sortedQuotas(view).filter((row) => !isCap(row));
  if (rows.length === 0) return null;
  return html`<section class="card" aria-labelledby="quotas">
<div class="top"><h2 id="quotas">Quotas</h2></div>
${quotaTable(view, rows.slice(0, SHOWN))}
${rows.length > SHOWN ? html`<p class="more"><a href="quotas">All ${rows.length} rows</a></p>` : null}
</section>`;
}
