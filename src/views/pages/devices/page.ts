import { OTHERS } from '../../../domain/people/user.ts';
import { count } from '../../../errors.ts';
import type { QueryParameters } from '../../api-v1/query.ts';
import { isPrivate, type View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { type Content, type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { pager } from '../frame/pager.ts';
import { type Option, select } from '../frame/select.ts';
import { liveState } from '../live/parts.ts';
import { chosenDevices, type DeviceChoice, type DeviceSort, deviceChoice } from './choice.ts';
import { deviceTable } from './table.ts';

/** Devices of one page. */
const ON_PAGE = 200;
/** Entries of one list of the form. */
const MOST_OPTIONS = 200;

/** The page at `/devices`. Throws a RequestError where the query is wrong. */
export function devicesPage(view: View, query: QueryParameters): string {
  const choice = deviceChoice(query);
  const rows = chosenDevices(view, choice);
  const pages = Math.max(1, Math.ceil(rows.length / ON_PAGE));
  const at = Math.min(choice.page, pages);
  const shown = rows.slice((at - 1) * ON_PAGE, at * ON_PAGE);
  const most = Math.max(1, ...rows.map(({ month }) => month.total));
  const main = html`<section class="card" aria-labelledby="all">
<div class="top"><h2 id="all">${count(rows.length, 'device')}</h2><p class="quiet">${rows.filter(({ onAir }) => onAir.length > 0).length} on the air · bytes of this month</p></div>
${liveState(view)}
${form(view, choice)}
${rows.length === 0 ? html`<p class="quiet">No device matches. <a href="devices">Show all</a></p>` : html`${sorts(choice)}${deviceTable(view, shown, most)}`}
${pager(at, pages, (number) => addressOf({ ...choice, page: number }))}
</section>`;
  return page(view, { title: 'Devices', at: 'devices', self: addressOf({ ...choice, page: at }), main });
}

const addressOf = ({ sort, page: number, ...rest }: DeviceChoice): string =>
  link('devices', { ...rest, sort: sort === 'month' ? '' : sort, page: number === 1 ? '' : String(number) });

const SORT_WORDS: Readonly<Record<DeviceSort, string>> = { month: 'this month', total: 'in all', name: 'name', seen: 'last seen' };

function sorts(choice: DeviceChoice): Html {
  const links = (Object.keys(SORT_WORDS) as DeviceSort[]).map((sort): Content => {
    const words = SORT_WORDS[sort];
    return sort === choice.sort
      ? html` <strong>${words}</strong>`
      : html` <a href="${addressOf({ ...choice, sort, page: 1 })}">${words}</a>`;
  });
  return html`<p class="quiet sorts">Sorted by:${links}</p>`;
}

function form(view: View, { q, user, router, network, sort }: DeviceChoice): Html {
  const users = view.people.users.filter((each) => !each.isPrivate).map(({ name, title }): Option => [name, title]);
  const others: Option[] = view.people.isConfigured ? [[OTHERS, 'Others']] : [];
  const networks = new Set(
    [...view.books.devices.values()].flatMap((device) => (isPrivate(view, device.mac) ? [] : (device.network ?? []))),
  );
  const names = [...networks].sort().slice(0, MOST_OPTIONS);
  return html`<form class="search" method="get" action="devices" role="search">
<p><label for="q">Search</label><input id="q" name="q" type="search" maxlength="100" value="${q}" placeholder="Name, address, MAC"></p>
${view.people.users.length > 0 ? select('user', 'User', 'All users', [...users, ...others], user) : null}
${select(
  'router',
  'Router',
  'All routers',
  view.routers.map(({ name }): Option => [name, name]),
  router,
)}
${
  names.length === 0
    ? null
    : select(
        'network',
        'Network',
        'All networks',
        names.map((name): Option => [name, name]),
        network,
      )
}
${sort === 'month' ? null : html`<input type="hidden" name="sort" value="${sort}">`}
<p><button>Show</button></p>
</form>`;
}
