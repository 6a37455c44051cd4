import { type Slice, slices } from '../../domain/calendar.ts';
import type { Change } from '../../domain/change.ts';
import { tariffSlices, type Week } from '../../domain/people/tariffs.ts';
import { spread } from '../../domain/spread.ts';
import { addTo, isZero, type Traffic } from '../../domain/traffic.ts';
import { MOST_UPLINKS } from '../../domain/wire.ts';
import type { AccountKind, AccountName } from '../account.ts';
import type { AccountRef, AccountRefs } from '../account-refs.ts';
import { newAccount } from '../accounts.ts';
import type { Books } from '../books.ts';
import type { AccountUpdate, Increase, Increases, RoundUpdate } from './round-update.ts';

export interface PostingsTerms {
  timezone: string;
  /** Seconds for which hour rows are kept. */
  keepHours: number;
  /** Accounts at most, in all and added by one round: those beyond are left out and counted. Rule: small. */
  mostAccounts: number;
  mostNewAccounts: number;
  /** The ids of tariffs; none without them. */
  week?: Week<number> | null;
}

/** What became of a change: `no room` for another account, or for so many bytes in this one. */
export type PostResult = 'posted' | 'no room' | 'too many bytes';

/** The accounts of a round, and what is added to each by hour and day. `router` shows them. Null: no room for another account. */
export interface Postings {
  accountFor(ref: AccountRef, at: number, router: string): AccountUpdate | null;
  /** The account's device, uplink or peer was there at `at` (Unix ms). */
  markSeen(ref: AccountRef, at: number, router: string): AccountUpdate | null;
  post(ref: AccountRef, change: Change, at: number, router: string): PostResult;
  /** Whether this round posted to the account or saw it. */
  has(name: AccountName): boolean;
}

/** A part of the time over which bytes are spread. */
interface Portion extends Pick<Slice, 'length'> {
  part: Increases;
}

/** Accounts that may be made through each router, whatever the others add, unless one round may add too few. Rule: small. */
const RESERVED = 500;

/** Drafts into `update`; the books do not change. `routers`: how many there are. */
export function createPostings(books: Books, refs: AccountRefs, update: RoundUpdate, terms: PostingsTerms, routers: number): Postings {
  const spans = new Map<string, Portion[]>();
  const increases = new Map<string, Increases>();
  /** Nearly all counters of an answer move over the same span. */
  let lastSpan: { since: number; at: number; over: Portion[] } | null = null;
  /** Stands for this round. */
  const round = {};
  let nextAccount = books.accounts.lastId;
  /** Bytes of accounts in other hours than the one of their first. */
  const further = new Map<Increases, Map<AccountUpdate, Increase>>();
  /** New accounts in this round, by the router that they are made through. */
  const added = new Map<string, number>();
  /** Accounts of uplinks, by router. The first of each take no room of the others. */
  const uplinks = new Map<string, number>();
  for (const { router } of books.accounts.ofKind('wan')) uplinks.set(router, (uplinks.get(router) ?? 0) + 1);
  const ownUplinks = (router: string) => Math.min(uplinks.get(router) ?? 0, MOST_UPLINKS);
  const countOf = (router: string) => books.accounts.countOf(router) + (added.get(router) ?? 0) - ownUplinks(router);
  const sharing = books.accounts.size - [...uplinks.keys()].reduce((sum, router) => sum + ownUplinks(router), 0);
  let room = Math.min(terms.mostAccounts - sharing, terms.mostNewAccounts);
  const reserved = Math.min(RESERVED, Math.floor(terms.mostNewAccounts / (2 * routers)));

  /** False if there is none. A router that many accounts were made through leaves some room to each of the others. */
  function takeRoom(kind: AccountKind, router: string): boolean {
    const hasOwn = kind === 'wan' && ownUplinks(router) < MOST_UPLINKS;
    if (!hasOwn && room <= (countOf(router) < reserved ? 0 : reserved * (routers - 1))) return false;
    if (!hasOwn) room -= 1;
    if (kind === 'wan') uplinks.set(router, (uplinks.get(router) ?? 0) + 1);
    added.set(router, (added.get(router) ?? 0) + 1);
    return true;
  }

  function markSeen(ref: AccountRef, at: number, router: string): AccountUpdate | null {
    const found = accountFor(ref, at, router);
    if (found !== null) found.seen = Math.max(found.seen, at);
    return found;
  }

  function post(ref: AccountRef, change: Change, at: number, router: string): PostResult {
    const found = markSeen(ref, at, router);
    if (found === null) return 'no room';
    if (!('since' in change) || isZero(change.bytes)) return 'posted';
    if (!hasRoomFor(found, change.bytes)) return 'too many bytes';
    addTo(found, change.bytes);
    const over = span(change.since, at);
    const whole = over[0];
    if (over.length === 1 && whole !== undefined) {
      put(whole.part, found, change.bytes);
      return 'posted';
    }
    const download = spread(change.bytes.download, over);
    const upload = spread(change.bytes.upload, over);
    for (const [i, { part }] of over.entries()) put(part, found, { download: download[i] ?? 0, upload: upload[i] ?? 0 });
    return 'posted';
  }

  function put(into: Increases, account: AccountUpdate, bytes: Traffic): void {
    if (isZero(bytes)) return;
    const { first } = account;
    if (first === null) account.first = begin(into, account, bytes);
    else if (first.part === into) addTo(first, bytes);
    else putFurther(into, account, bytes);
  }

  function putFurther(into: Increases, account: AccountUpdate, bytes: Traffic): void {
    const increases = further.get(into) ?? new Map<AccountUpdate, Increase>();
    further.set(into, increases);
    const known = increases.get(account);
    if (known === undefined) increases.set(account, begin(into, account, bytes));
    else addTo(known, bytes);
  }

  function begin(into: Increases, account: AccountUpdate, { download, upload }: Traffic): Increase {
    const increase = { account, part: into, download, upload };
    into.bytes.push(increase);
    return increase;
  }

  function accountFor(ref: AccountRef, at: number, router: string): AccountUpdate | null {
    if (ref.round === round) return update.accounts[ref.place] ?? null;
    const made = draft(ref, at, router);
    if (made === null) return null;
    ref.place = update.accounts.push(made) - 1;
    ref.round = round;
    return made;
  }

  function draft({ name, key }: AccountRef, at: number, router: string): AccountUpdate | null {
    const known = books.accounts.get(key);
    if (known === undefined && !takeRoom(name.kind, router)) return null;
    const account = known ?? newAccount(++nextAccount, name, at);
    return { account, isNew: known === undefined, through: router, download: 0, upload: 0, seen: at, first: null };
  }

  function has(name: AccountName): boolean {
    return refs.find(name)?.round === round;
  }

  /** Hours, and whole days for what is older than hours are kept, cut at the edges of tariffs. Rule: time. Rule: tariffs. */
  function span(since: number, at: number): Portion[] {
    if (lastSpan?.since === since && lastSpan.at === at) return lastSpan.over;
    const key = `${since} ${at}`;
    const over = spans.get(key) ?? portionsOf(since, at);
    spans.set(key, over);
    lastSpan = { since, at, over };
    return over;
  }

  function portionsOf(since: number, at: number): Portion[] {
    const { timezone, keepHours, week } = terms;
    const hoursFrom = at - keepHours * 1000;
    if (week) return tariffSlices(since, at, timezone, hoursFrom, week).map((slice) => portionOf(slice, slice.tariff));
    return slices(since, at, timezone, hoursFrom).map((slice) => portionOf(slice, null));
  }

  function portionOf(slice: Slice, tariff: number | null): Portion {
    const { hour, day } = slice;
    const key = `${hour} ${day} ${tariff}`;
    const known = increases.get(key);
    const { length } = slice;
    if (known !== undefined) return { length, part: known };
    const begun: Increases = { hour, day, tariff, bytes: [] };
    increases.set(key, begun);
    update.increases.push(begun);
    return { length, part: begun };
  }

  return { accountFor, markSeen, post, has };
}

/** Whether an account's totals stay whole numbers with these bytes. Rule: isolation. */
export const hasRoomFor = ({ account: { total }, download, upload }: AccountUpdate, bytes: Traffic): boolean =>
  total.download + download + bytes.download <= Number.MAX_SAFE_INTEGER && total.upload + upload + bytes.upload <= Number.MAX_SAFE_INTEGER;
