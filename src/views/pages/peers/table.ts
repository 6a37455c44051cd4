import { total } from '../../../domain/traffic.ts';
import { bytesIn, formatAge } from '../../format.ts';
import type { PeerRow } from '../../rows/peers.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { rateCell, rateHead, rateId } from '../live/parts.ts';

/** A table of peers, each of which leads to its page. */
export const peerTable = (view: View, rows: readonly PeerRow[]): Html => html`<table${view.watchable ? html` class="stack"` : null}>
<thead><tr><th scope="col">Peer</th><th scope="col" class="n wide">Download</th><th scope="col" class="n wide">Upload</th><th scope="col" class="n">Total</th>${rateHead(view)}</tr></thead>
<tbody>${rows.map((row) => tableRow(view, row))}</tbody>
</table>`;

/** The address of a peer's page. */
export const peerAddress = ({ router, interface: name, publicKey }: Pick<PeerRow, 'router' | 'interface' | 'publicKey'>): string =>
  link('peer', { router, interface: name, key: publicKey });

function tableRow(view: View, row: PeerRow): Html {
  const size = bytesIn(view.units);
  return html`<tr><th scope="row"><a href="${peerAddress(row)}"><bdi title="${row.publicKey}">${row.name}</bdi></a> ${peerState(view, row)}<br><small><bdi>${row.router}</bdi> ${row.interface} · ${row.isPrivate ? 'address not shown' : (row.allowedIps[0] ?? 'no address')}</small></th>
<td class="n wide">${size(row.month.download)}</td><td class="n wide">${size(row.month.upload)}</td><td class="n">${size(total(row.month))}</td>${rateCell(view, row.isPrivate ? null : rateId.peer(row))}</tr>`;
}

/** Whether it is online, otherwise what it is or when it was there; not of a private one. */
export function peerState({ now }: View, { state: known, online, latestHandshake, isPrivate }: PeerRow): Html {
  if (online) return html`<small class="ok">online</small> `;
  if (known !== 'active') return html`<small>${known}</small> `;
  if (isPrivate) return html`<small>private</small> `;
  return html`<small>${latestHandshake === null ? 'never connected' : `last seen ${formatAge(now - latestHandshake)}`}</small> `;
}
