import { OTHERS } from '../../../domain/people/user.ts';
import { accountsOf } from '../../../ledger/account.ts';
import { oneOf, type QueryParameters, single } from '../../api-v1/query.ts';
import { type DeviceRow, deviceRows } from '../../rows/devices.ts';
import { observationsOf, type View } from '../../view.ts';
import { pageNumber } from '../frame/pager.ts';
import { withoutEmpty } from '../frame/query.ts';

/** How the table can be sorted. */
export const DEVICE_SORTS = ['name', 'month', 'total', 'seen'] as const;
export type DeviceSort = (typeof DEVICE_SORTS)[number];

/** What the page was asked for. All of it is in its address, so that it can be bookmarked. */
export interface DeviceChoice {
  /** Part of a name, an address, a MAC or a user; empty: all. */
  q: string;
  user: string;
  router: string;
  network: string;
  sort: DeviceSort;
  /** From 1. */
  page: number;
}

const NAMES = ['q', 'user', 'router', 'network', 'sort', 'page'] as const;

/** Reads the query. Throws a RequestError. */
export function deviceChoice(parameters: QueryParameters): DeviceChoice {
  // A form sends its empty fields too.
  const { q = '', user = '', router = '', network = '', sort = 'month', page } = single(withoutEmpty(parameters), NAMES);
  return { q, user, router, network, sort: oneOf('sort', sort, DEVICE_SORTS), page: pageNumber(page) };
}

/** The devices that are asked for, in their order. Of a private one only what is shown of it can be asked for. */
export function chosenDevices(view: View, { q, user, router, network, sort }: DeviceChoice): DeviceRow[] {
  const atRouter = router === '' ? null : macsAt(view, router);
  const words = plain(q);
  const textsOf = ({ name, macs, ips, user: key, userTitle }: DeviceRow) => [name, ...macs, ...ips, key ?? '', userTitle ?? ''];
  const rows = deviceRows(view).filter((row) => {
    if (words !== '' && !textsOf(row).some((text) => plain(text).includes(words))) return false;
    if (user !== '' && (user === OTHERS ? row.user !== null || row.isPrivate : row.user !== user)) return false;
    if (atRouter !== null && (row.isPrivate || !row.macs.some((mac) => atRouter.has(mac)))) return false;
    return network === '' || (!row.isPrivate && networksOf(view, row).includes(network));
  });
  return sort === 'month' ? rows : rows.sort(ORDERS[sort]);
}

const plain = (text: string): string => text.normalize('NFC').toLowerCase().trim();

const ORDERS: Readonly<Record<DeviceSort, (a: DeviceRow, b: DeviceRow) => number>> = {
  name: (a, b) => COLLATOR.compare(a.name, b.name) || (a.mac < b.mac ? -1 : 1),
  month: (a, b) => b.month.total - a.month.total,
  total: (a, b) => b.total.total - a.total.total,
  seen: (a, b) => (b.lastSeen ?? 0) - (a.lastSeen ?? 0),
};
const COLLATOR = new Intl.Collator('en', { numeric: true });

/** The MACs that a router has counted, on the air or behind it; of one that counts without directions, those of its last answer. */
function macsAt(view: Pick<View, 'books' | 'routers'>, router: string): Set<string> {
  const { accounts } = view.books;
  const counted = [...accountsOf(accounts, 'station'), ...accountsOf(accounts, 'host')].filter((account) => account.router === router);
  const listed = observationsOf(view, 'statistics').filter((answer) => answer.router === router);
  return new Set([...counted.map(({ key }) => key), ...listed.flatMap(({ observation }) => observation.machines.map(({ mac }) => mac))]);
}

/** The networks that a device was last in, by any of its MACs. */
export const networksOf = ({ books }: Pick<View, 'books'>, { macs }: Pick<DeviceRow, 'macs'>): string[] => [
  ...new Set(macs.flatMap((mac) => books.devices.get(mac)?.network ?? [])),
];
