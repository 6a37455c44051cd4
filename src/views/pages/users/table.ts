import { figuresOf, total } from '../../../domain/traffic.ts';
import { count } from '../../../errors.ts';
import { bytesIn, knownIn } from '../../format.ts';
import type { UserRow } from '../../rows/users.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { usageBar } from '../frame/usage-bar.ts';

/** A table of users, each of which leads to its page. `most`: the longest bar. */
export const userTable = (view: View, rows: readonly UserRow[], most: number): Html => html`<table>
<thead><tr><th scope="col">User</th><th scope="col" class="n wide">Download</th><th scope="col" class="n wide">Upload</th><th scope="col" class="n">Total</th></tr></thead>
<tbody>${rows.map((row) => tableRow(view, row, most))}</tbody>
</table>`;

function tableRow({ units }: View, row: UserRow, most: number): Html {
  const [size, known] = [bytesIn(units), knownIn(units)];
  const used = figuresOf(row.month);
  const peers = row.peers === 0 ? null : html` · ${count(row.peers, 'WireGuard peer')}, ${size(total(row.peerMonth))} apart from that`;
  return html`<tr><th scope="row"><a href="${link('user', { name: row.name })}"><bdi>${row.title}</bdi></a>${usageBar(row.month, most)}<small>${count(row.devices, 'device')}${peers}</small></th>
<td class="n wide">${known(used.download)}</td><td class="n wide">${known(used.upload)}</td><td class="n">${size(used.total)}</td></tr>`;
}
