import { minuteText } from '../../../domain/calendar.ts';
import { directedUsage } from '../../../domain/traffic.ts';
import { count, quote } from '../../../errors.ts';
import { accountKey, accountsOf } from '../../../ledger/account.ts';
import { type QueryParameters, single } from '../../api-v1/query.ts';
import { RequestError } from '../../api-v1/request-error.ts';
import { ownUplinks, wanRows } from '../../rows/wan.ts';
import type { View } from '../../view.ts';
import { factList } from '../frame/facts.ts';
import { page } from '../frame/frame.ts';
import { html } from '../frame/html.ts';
import { historyOf } from '../frame/kept-history.ts';
import { link } from '../frame/link.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import { PERIODS, usageCard } from '../frame/usage-card.ts';
import { liveState, nowCard, rateId } from '../live/parts.ts';
import type { PageReader } from '../reader.ts';
import { uplinkAddress, uplinkState, uplinkTable } from './table.ts';

/** Uplinks of the list: a router may name any number. */
const MOST = 300;

/** The page at `/uplinks`. */
export function uplinksPage(view: View): string {
  const rows = wanRows(view);
  const main = html`<section class="card" aria-labelledby="all">
<div class="top"><h2 id="all">${count(rows.length, 'uplink')}</h2><p class="quiet">bytes of this month</p></div>
${liveState(view)}
${rows.length === 0 ? html`<p class="quiet">No uplink has been read yet.</p>` : uplinkTable(view, rows.slice(0, MOST))}
${rows.length > MOST ? html`<p class="quiet more">and ${rows.length - MOST} more, which a router names</p>` : null}
</section>`;
  return page(view, { title: 'Uplinks', at: 'uplinks', self: 'uplinks', main });
}

/** The page at `/uplink`. Throws a RequestError where there is no such uplink, or a LedgerError. */
export async function uplinkPage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const { router = '', interface: name = '' } = single(query, ['router', 'interface']);
  const row = wanRows(view).find((each) => each.router === router && each.interface === name);
  if (row === undefined) throw new RequestError(404, `There is no uplink ${quote(name)} at a router ${quote(router)}`);
  const account = view.books.accounts.get(accountKey({ kind: 'wan', router, interface: name, key: '' }));
  // Where only uplinks inside others were ever counted, these are the home's.
  const isOwn = ownUplinks(accountsOf(view.books.accounts, 'wan')).some((each) => each === account);
  const time = (instant: number | null) => (instant === null ? null : minuteText(instant, view.timezone));
  const main = html`${nowCard(view, rateId.uplink(row), row)}
${usageCard(view, {
  month: row.period,
  used: directedUsage(row.month),
  total: directedUsage(row.total),
  periods: read.periods(view, PERIODS, router),
  ...historyOf(await read.history(view, 'lines'), 'uplink', `${router}/${name}`),
  more: account === undefined ? null : tariffLine(view, [account]),
})}
<section class="card" aria-labelledby="facts">
<div class="top"><h2 id="facts">What is known of it</h2></div>
${factList([
  ['State', uplinkState(row)],
  ['Router', html`<a href="${link('router', { name: router })}"><bdi>${router}</bdi></a>`],
  ['Device', row.device],
  ['Protocol', row.protocol],
  [
    'In the home',
    row.overlay && !isOwn
      ? 'it runs inside another uplink, so its bytes are counted there already'
      : 'its bytes are in the sum of the home',
  ],
  ['First seen', time(row.firstSeen)],
  ['Last seen', time(row.lastSeen)],
])}
</section>`;
  return page(view, { title: `${name} at ${router}`, at: 'uplinks', self: uplinkAddress(row), main });
}
