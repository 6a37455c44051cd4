import { OTHERS } from '../../../domain/people/user.ts';
import { total } from '../../../domain/traffic.ts';
import { count, quote } from '../../../errors.ts';
import { type QueryParameters, single } from '../../api-v1/query.ts';
import { RequestError } from '../../api-v1/request-error.ts';
import { bytesIn } from '../../format.ts';
import { deviceRows } from '../../rows/devices.ts';
import { type UserRow, userRows } from '../../rows/users.ts';
import type { View } from '../../view.ts';
import { deviceTable } from '../devices/table.ts';
import { page } from '../frame/frame.ts';
import { type Html, html } from '../frame/html.ts';
import { historyOf } from '../frame/kept-history.ts';
import { link } from '../frame/link.ts';
import { PERIODS, usageCard } from '../frame/usage-card.ts';
import type { PageReader } from '../reader.ts';
import { userTable } from './table.ts';

/** Devices of a user that are shown. */
const SHOWN = 20;

/** The page at `/users`. */
export function usersPage(view: View): string {
  const rows = userRows(view);
  const most = Math.max(1, ...rows.map(({ month }) => month.total));
  const main = html`<section class="card" aria-labelledby="all">
<div class="top"><h2 id="all">Users</h2><p class="quiet">bytes of this month</p></div>
${rows.length === 0 ? html`<p class="quiet">The configuration has no users.</p>` : userTable(view, rows, most)}
</section>`;
  return page(view, { title: 'Users', at: 'users', self: 'users', main });
}

/** The page at `/user`; `others` is what belongs to nobody. Of a private user it has months only. Throws a RequestError, or a LedgerError. */
export async function userPage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const { name = '' } = single(query, ['name']);
  const row = userRows(view).find((each) => each.name === name);
  if (row === undefined) throw new RequestError(404, `There is no user ${quote(name)}`);
  const history = historyOf(await read.history(view, 'users'), name === OTHERS ? 'others' : 'user', name === OTHERS ? '' : name);
  const main = html`${usageCard(view, {
    month: view.months.home,
    used: row.month,
    total: row.total,
    periods: read.periods(view, PERIODS),
    ...history,
    days: row.isPrivate ? null : history.days,
    more:
      !row.isPrivate && deviceRows(view).some(({ isPrivate }) => isPrivate)
        ? html`<p class="quiet">Days are without private devices, months with them.</p>`
        : null,
  })}
${devicesCard(view, row)}
${peersCard(view, row)}`;
  return page(view, { title: row.title, at: 'users', self: link('user', { name }), main });
}

function devicesCard(view: View, { name, isPrivate }: UserRow): Html | null {
  if (isPrivate) return null;
  const rows = deviceRows(view).filter((device) => !device.isPrivate && (device.user ?? OTHERS) === name);
  if (rows.length === 0) return null;
  return html`<section class="card" aria-labelledby="devices">
<div class="top"><h2 id="devices">Devices this month</h2><p class="quiet">${count(rows.length, 'device')}</p></div>
${deviceTable(view, rows.slice(0, SHOWN), Math.max(1, rows[0]?.month.total ?? 1))}
${rows.length > SHOWN ? html`<p class="more"><a href="${link('devices', { user: name })}">All ${rows.length} devices</a></p>` : null}
</section>`;
}

function peersCard(view: View, { peers, peerMonth, peerTotal }: UserRow): Html | null {
  if (peers === 0) return null;
  const size = bytesIn(view.units);
  return html`<section class="card" aria-labelledby="peers">
<div class="top"><h2 id="peers">WireGuard peers</h2><p class="quiet"><a href="peers">All peers</a></p></div>
<p>${count(peers, 'peer')}: ${size(total(peerMonth))} this month, ${size(total(peerTotal))} in all. These bytes are not added to those of devices, which may have carried them.</p>
</section>`;
}
