import { total } from '../../../domain/traffic.ts';
import { peerRows } from '../../rows/peers.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { peerTable } from '../peers/table.ts';

const SHOWN = 10;

/** The WireGuard peers, most bytes in the current month first; null if there are none. */
export function peersCard(view: View): Html | null {
  const rows = peerRows(view).sort((a, b) => total(b.month) - total(a.month));
  if (rows.length === 0) return null;
  return html`<section class="card" aria-labelledby="peers">
<div class="top"><h2 id="peers">WireGuard peers this month</h2><p class="quiet">${rows.filter((row) => row.online).length} online, ${rows.length} known</p></div>
${peerTable({ ...view, watchable: false }, rows.slice(0, SHOWN))}
${rows.length > SHOWN ? html`<p class="more"><a href="peers">All ${rows.length} peers</a></p>` : null}
</section>`;
}
