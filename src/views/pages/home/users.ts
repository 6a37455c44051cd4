import { figuresOf, total } from '../../../domain/traffic.ts';
import { count } from '../../../errors.ts';
import { bytesIn, knownIn } from '../../format.ts';
import { type UserRow, userRows } from '../../rows/users.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { usageBar } from '../frame/usage-bar.ts';

const SHOWN = 10;

/** What each user's devices have used in the current month, and the rest; null where the configuration has no users. */
export function usersCard(view: View): Html | null {
  if (!view.people.isConfigured) return null;
  const rows = userRows(view);
  const most = Math.max(1, ...rows.map((row) => row.month.total));
  // Others come last, and are always shown, so that the rows are the whole unless there are more users.
  const shown = rows.length > SHOWN ? [...rows.slice(0, SHOWN - 1), ...rows.slice(-1)] : rows;
  return html`<section class="card" aria-labelledby="people">
<div class="top"><h2 id="people">Users this month</h2></div>
<table>
<thead><tr><th scope="col">User</th><th scope="col" class="n">Download</th><th scope="col" class="n">Upload</th><th scope="col" class="n">Total</th></tr></thead>
<tbody>${shown.map((row) => tableRow(view, row, most))}</tbody>
</table>
${shown.length < rows.length ? html`<p class="more"><a href="api/v1/users">All ${rows.length - 1} users</a></p>` : null}
</section>`;
}

function tableRow({ units }: View, row: UserRow, most: number): Html {
  const [size, known] = [bytesIn(units), knownIn(units)];
  const used = figuresOf(row.month);
  const peers = row.peers === 0 ? null : html` · ${count(row.peers, 'WireGuard peer')}, ${size(total(row.peerMonth))} apart from that`;
  return html`<tr><th scope="row"><bdi>${row.title}</bdi>${usageBar(row.month, most)}<small>${count(row.devices, 'device')}${peers}</small></th>
<td class="n">${known(used.download)}</td><td class="n">${known(used.upload)}</td><td class="n">${size(used.total)}</td></tr>`;
}
