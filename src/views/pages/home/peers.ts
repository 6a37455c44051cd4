import { total } from '../../../domain/traffic.ts';
import { bytesIn, formatAge } from '../../format.ts';
import { type PeerRow, peerRows } from '../../rows/peers.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';

const SHOWN = 10;

/** The WireGuard peers, most bytes in the current month first; null if there are none. */
export function peersCard(view: View): Html | null {
  const rows = peerRows(view).sort((a, b) => total(b.month) - total(a.month));
  if (rows.length === 0) return null;
  return html`<section class="card" aria-labelledby="peers">
<div class="top"><h2 id="peers">WireGuard peers this month</h2><p class="quiet">${rows.filter((row) => row.online).length} online, ${rows.length} known</p></div>
<table>
<thead><tr><th scope="col">Peer</th><th scope="col" class="n">Download</th><th scope="col" class="n">Upload</th></tr></thead>
<tbody>${rows.slice(0, SHOWN).map((row) => tableRow(view, row))}</tbody>
</table>
${rows.length > SHOWN ? html`<p class="more"><a href="api/v1/peers">All ${rows.length} peers</a></p>` : null}
</section>`;
}

function tableRow(view: View, row: PeerRow): Html {
  const size = bytesIn(view.units);
  return html`<tr><th scope="row"><bdi title="${row.publicKey}">${row.name}</bdi> ${state(view, row)}<br><small><bdi>${row.router}</bdi> ${row.interface} · ${row.allowedIps[0] ?? 'no address'}</small></th>
<td class="n">${size(row.month.download)}</td><td class="n">${size(row.month.upload)}</td></tr>`;
}

function state({ now }: View, { state: known, online, latestHandshake }: PeerRow): Html {
  if (online) return html`<small class="ok">online</small> `;
  if (known !== 'active') return html`<small>${known}</small> `;
  return html`<small>${latestHandshake === null ? 'never connected' : `last seen ${formatAge(now - latestHandshake)}`}</small> `;
}
