import { type Billing, type Day, monthOf, yearOf } from '../../domain/calendar.ts';
import { type Account, type AccountKind, hasRouterMonth, isShownKind, type ShownKind } from '../../ledger/account.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { isPrivate, isPrivateAccount, type View } from '../view.ts';
import { bad, unknownRouter } from './query.ts';
import { RequestError } from './request-error.ts';
import type { Cursor, UsageRequest } from './usage-query.ts';

export type UsageView = Pick<View, 'books' | 'aliases' | 'peerNames' | 'people' | 'months' | 'timezone' | 'routers' | 'now'>;

/** The order of the kinds in an answer. */
export const PLACE: Record<ShownKind, number> = { wan: 0, device: 1, host: 2, station: 3, peer: 4 };

/** What one series is about: an account, or those of all MACs of a device. */
export interface Counted {
  /** Of the account that was counted first. */
  id: number;
  account: ShownAccount;
  accounts: ShownAccount[];
}

/**
 * What the series of a request are about, in an order that does not change while bytes are posted, so that no page repeats or misses what
 * another has. Private devices and peers are left out, unless whole months or years are asked for, of all tariffs. Throws a RequestError.
 */
export function subjectsOf(view: UsageView, request: UsageRequest, terms: BillingTerms): Counted[] {
  const found = new Map<string, Counted>();
  const showsAll = isOfWholePeriods(request, terms.billing);
  // Its months are others than the home's, which cut them.
  const billingOf = ({ kind, router }: Account) => (hasRouterMonth(kind) ? terms.routerBilling.get(router) : undefined) ?? terms.billing;
  const isWhole = (account: Account) => showsAll && isOfWholePeriods(request, billingOf(account));
  if (!showsAll && request.mac !== null && isPrivate(view, request.mac)) {
    throw bad(`"${request.mac}" is private: only its whole months and years are shown, with by=month or by=year and without tariff`);
  }
  for (const account of chosenAccounts(view, request)) {
    if (isPrivateAccount(view, account) && !isWhole(account)) continue;
    const key = [shownAs(account.kind), account.router, account.interface, deviceMac(view, account.key)].join('\n');
    const known = found.get(key);
    if (known === undefined) found.set(key, { id: account.id, account, accounts: [account] });
    else {
      known.accounts.push(account);
      known.id = Math.min(known.id, account.id);
    }
  }
  return [...found.values()].sort((a, b) => placeOf(a) - placeOf(b) || a.id - b.id);
}

/** Whether the answer has nothing but whole months or years: a month that is cut would tell of single days, and a tariff of hours. */
function isOfWholePeriods({ by, from, to, tariff }: UsageRequest, billing: Billing): boolean {
  if (by === 'hour' || by === 'day' || tariff !== null) return false;
  const periodOf = by === 'year' ? yearOf : (day: Day) => monthOf(day, billing);
  return [from, to].every((day) => periodOf(day).start === day);
}

/** Whether a subject is on a page before the one that the cursor begins. */
export const isBefore = ({ id, account }: Counted, cursor: Cursor): boolean =>
  placeOf({ account }) < cursor.place || (placeOf({ account }) === cursor.place && id < cursor.id);

/** The cursor of the page that begins with a subject. */
export const cursorText = ({ id, account }: Counted): string => `${placeOf({ account })}.${id}`;

const placeOf = ({ account }: Pick<Counted, 'account'>): number => PLACE[shownAs(account.kind)];

function chosenAccounts(view: UsageView, { kind, mac, router }: UsageRequest): ShownAccount[] {
  // Bytes of an unknown address belong to no device yet; the host's account has them too.
  const all = [...view.books.accounts.values()].filter(isShown);
  const isRouter = (account: Account) => router === null || account.router === router;
  const isDevice = (account: Account) => mac === null || (account.key !== '' && deviceMac(view, account.key) === deviceMac(view, mac));
  // Before the first reading there are no accounts, but the request is valid.
  if (router !== null && !all.some(isRouter) && !view.routers.some(({ name }) => name === router)) {
    throw unknownRouter(view, router);
  }
  if (mac !== null && !all.some(isDevice)) {
    throw new RequestError(404, `No device with the MAC "${mac}" has been counted: /api/v1/devices lists all devices`);
  }
  return all.filter((account) => (kind === null || shownAs(account.kind) === kind) && isRouter(account) && isDevice(account));
}

/** Kinds with bytes that are shown: those without directions as part of their device. */
type CountedKind = ShownKind | 'undirected';

type ShownAccount = Account & { kind: CountedKind };

const isShown = (account: Account): account is ShownAccount => isCounted(account.kind);

const isCounted = (kind: AccountKind): kind is CountedKind => isShownKind(kind) || kind === 'undirected';

/** The kind that an account is a part of. */
export const shownAs = (kind: CountedKind): ShownKind => (kind === 'undirected' ? 'device' : kind);

/** The first MAC of the device that a MAC belongs to. */
export const deviceMac = (view: UsageView, mac: string): string => view.aliases.get(mac)?.mac ?? mac;
