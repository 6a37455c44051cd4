import { minuteText } from '../../../domain/calendar.ts';
import { directedUsage, NOTHING, total } from '../../../domain/traffic.ts';
import { count, quote } from '../../../errors.ts';
import { accountKey } from '../../../ledger/account.ts';
import { type QueryParameters, single } from '../../api-v1/query.ts';
import { RequestError } from '../../api-v1/request-error.ts';
import { type PeerRow, peerRows } from '../../rows/peers.ts';
import type { View } from '../../view.ts';
import { factList, listed } from '../frame/facts.ts';
import { page } from '../frame/frame.ts';
import { html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { pageNumber, pager } from '../frame/pager.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import { PERIODS, usageCard } from '../frame/usage-card.ts';
import { liveState, nowCard, rateId } from '../live/parts.ts';
import type { PageReader } from '../reader.ts';
import { peerAddress, peerState, peerTable } from './table.ts';

const ON_PAGE = 200;

/** The page at `/peers`. Throws a RequestError where the query is wrong. */
export function peersPage(view: View, query: QueryParameters): string {
  const wanted = pageNumber(single(query, ['page']).page);
  const rows = peerRows(view).sort((a, b) => total(b.month) - total(a.month));
  const pages = Math.max(1, Math.ceil(rows.length / ON_PAGE));
  const at = Math.min(wanted, pages);
  const address = (number: number) => link('peers', { page: number === 1 ? '' : String(number) });
  const main = html`<section class="card" aria-labelledby="all">
<div class="top"><h2 id="all">${count(rows.length, 'WireGuard peer')}</h2><p class="quiet">${rows.filter(({ online }) => online).length} online · bytes of this month</p></div>
${liveState(view)}
${rows.length === 0 ? html`<p class="quiet">No router has shown a WireGuard peer yet.</p>` : peerTable(view, rows.slice((at - 1) * ON_PAGE, at * ON_PAGE))}
${pager(at, pages, address)}
</section>`;
  return page(view, { title: 'WireGuard peers', at: 'peers', self: address(at), main });
}

/** The page at `/peer`. Of a private peer it has months only. Throws a RequestError where there is no such peer, or a LedgerError. */
export async function peerPage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const { router = '', interface: name = '', key = '' } = single(query, ['router', 'interface', 'key']);
  const row = peerRows(view).find((each) => each.router === router && each.interface === name && each.publicKey === key);
  if (row === undefined) throw new RequestError(404, `There is no peer ${quote(key)} at ${quote(name)} of a router ${quote(router)}`);
  const account = view.books.accounts.get(accountKey({ kind: 'peer', router, interface: name, key }));
  const accounts = account === undefined ? [] : [account];
  const month = view.months.home;
  const periods = read.periods(view, PERIODS);
  const main = html`${row.isPrivate ? null : nowCard(view, rateId.peer(row), row)}
${usageCard(view, {
  month,
  used: directedUsage(row.month),
  total: directedUsage(row.total),
  days: row.isPrivate ? null : await read.used(accounts, { by: 'day', from: month.start, to: month.end }),
  periods,
  months: await read.used(accounts, { by: 'period', periods }),
  nothing: directedUsage(NOTHING),
  more: row.isPrivate ? null : tariffLine(view, accounts),
})}
${factsCard(view, row)}`;
  return page(view, { title: row.name, at: 'peers', self: peerAddress(row), main });
}

function factsCard(view: View, row: PeerRow) {
  const time = (instant: number | null) => (instant === null ? null : minuteText(instant, view.timezone));
  return html`<section class="card" aria-labelledby="facts">
<div class="top"><h2 id="facts">What is known of it</h2></div>
${factList([
  ['State', row.isPrivate ? row.state : peerState(view, row)],
  ['Server', html`<a href="${link('router', { name: row.router })}"><bdi>${row.router}</bdi></a> <bdi>${row.interface}</bdi>`],
  ['Public key', html`<bdi>${row.publicKey}</bdi>`],
  ['User', row.userTitle === null ? null : html`<bdi>${row.userTitle}</bdi>`],
  ['Addresses', listed(row.allowedIps)],
  ['Endpoint', row.endpoint === null ? null : html`<bdi>${row.endpoint}</bdi>`],
  ['Handshake', time(row.latestHandshake)],
  ['First seen', time(row.firstSeen)],
  ['Last seen', row.isPrivate ? 'not shown: the peer is private' : time(row.lastSeen)],
])}
</section>`;
}
