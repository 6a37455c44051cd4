import { type Billing, type Day, dayText, localText, type Month, monthOf, yearOf } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { type Account, hasRouter, hasRouterMonth, ipOf, isShownKind, macOf, publicKeyOf, type ShownKind } from '../../ledger/account.ts';
import type { UsageQuery, UsageRow } from '../../ledger/storage/read-usage.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { nameOf, nameOfPeer, type View } from '../view.ts';
import { type QueryParameters, unknownRouter } from './query.ts';
import { RequestError } from './request-error.ts';
import { type Cursor, MOST_SERIES, parseUsageRequest, type UsageRequest } from './usage-query.ts';

/** `/api/v1/usage` */
export interface UsageAnswer {
  by: UsageRequest['by'];
  timezone: string;
  from: string;
  to: string;
  series: UsageSeries[];
  /** What to give as `cursor` for the series that follow; null where these were the last. */
  next: string | null;
}

/** The bytes of an uplink, a device, a host, a station or a peer over the time asked for. */
interface UsageSeries {
  kind: ShownKind;
  router: string | null;
  interface: string | null;
  mac: string | null;
  /** Of a host whose MAC is not known. */
  ip: string | null;
  public_key: string | null;
  name: string | null;
  user: string | null;
  overlay: boolean;
  download_bytes: number;
  upload_bytes: number;
  buckets: UsageBucket[];
}

interface UsageBucket {
  start: string;
  download_bytes: number;
  upload_bytes: number;
}

/** Reads rows from the ledger; null if there are more than `most`. */
type ReadUsage = (query: UsageQuery, most: number) => Promise<UsageRow[] | null>;

/** Reads the ledger for pages of usage. */
export interface UsageReader {
  rows: ReadUsage;
  /** How many hours or days of a stretch of time have rows of anyone. */
  stretches(table: 'hour' | 'day', from: number, to: number): Promise<number>;
}

export type UsageView = Pick<View, 'books' | 'aliases' | 'peerNames' | 'months' | 'timezone' | 'routers' | 'now'>;

/** What one answer may cost; the series that follow are on the next page. */
interface UsageBounds {
  series: number;
  buckets: number;
  /** Rows of the file that are looked up. */
  lookups: number;
}

const PAGE: UsageBounds = { series: MOST_SERIES, buckets: 50_000, lookups: 500_000 };
const UNBOUNDED: UsageBounds = { series: Infinity, buckets: Infinity, lookups: Infinity };
/** Lookups of one statement: it bounds the rows that are in memory beside the answer. */
const LOOKUPS_AT_ONCE = 5000;
const MOST_PERIODS = 600;

/** Answers `/api/v1/usage` with a page that begins at the cursor. Throws a RequestError where the query is wrong. */
export function usageAnswer(view: UsageView, terms: BillingTerms, query: QueryParameters, read: UsageReader): Promise<UsageAnswer> {
  return answerWithin(PAGE, view, terms, query, read);
}

/** The same without pages, for a program that has its memory for itself. */
export function wholeUsage(view: UsageView, terms: BillingTerms, query: QueryParameters, read: UsageReader): Promise<UsageAnswer> {
  return answerWithin(UNBOUNDED, view, terms, query, read);
}

async function answerWithin(
  most: UsageBounds,
  view: UsageView,
  terms: BillingTerms,
  query: QueryParameters,
  read: UsageReader,
): Promise<UsageAnswer> {
  const request = parseUsageRequest(query, view);
  const all = subjectsOf(view, chosenAccounts(view, request));
  const limit = Math.min(request.limit ?? most.series, most.series);
  // What a series costs at most is known before any of its rows is read, and what is refused costs nothing.
  const periods = periodsAtMost(request, terms);
  const rowsEach = Math.max(1, await read.stretches(request.by === 'hour' ? 'hour' : 'day', request.from, request.to));
  const bucketsEach = Math.min(rowsEach, periods);
  const text = request.by === 'hour' ? hourText(view.timezone) : dayText;
  const series: UsageSeries[] = [];
  const { cursor } = request;
  let at = cursor === null ? 0 : all.filter((subject) => isBefore(subject, cursor)).length;
  let spent = { buckets: 0, lookups: 0 };
  const isFull = () => spent.buckets + bucketsEach > most.buckets || spent.lookups + rowsEach > most.lookups;
  while (at < all.length && series.length < limit && !(spent.lookups > 0 && isFull())) {
    const fit = Math.min(limit - series.length, LOOKUPS_AT_ONCE / rowsEach, (most.buckets - spent.buckets) / bucketsEach);
    const batch = all.slice(at, at + Math.max(1, Math.floor(fit)));
    const rows = await rowsOf(
      view,
      request,
      terms,
      batch.flatMap(({ accounts }) => accounts),
      read,
    );
    for (const one of seriesOf(view, batch, rows, text, request.mac !== null)) series.push(one);
    at += batch.length;
    spent = { buckets: spent.buckets + rows.length, lookups: spent.lookups + batch.length * rowsEach };
  }
  series.sort(byKindAndSize);
  const following = all[at];
  const next = following === undefined ? null : cursorText(following);
  return { by: request.by, timezone: view.timezone, from: text(request.from), to: text(request.to), series, next };
}

/** Months or years that a series has at most. Throws a RequestError where they are too many. */
function periodsAtMost(request: UsageRequest, { billing }: BillingTerms): number {
  if (request.by === 'hour' || request.by === 'day') return Infinity;
  // Another billing day makes one period more.
  return periodsWithin(request, request.by === 'year' ? yearOf : (day) => monthOf(day, billing)).length + 1;
}

async function rowsOf(
  view: UsageView,
  request: UsageRequest,
  terms: BillingTerms,
  accounts: readonly Account[],
  read: UsageReader,
): Promise<UsageRow[]> {
  const parts: UsageRow[][] = [];
  for (const part of queriesOf(view, request, accounts, terms)) parts.push((await read.rows(part, Number.MAX_SAFE_INTEGER)) ?? []);
  return parts.flat();
}

/** What one series is about: an account, or those of all MACs of a device. */
interface Counted {
  /** Of the account that was counted first. */
  id: number;
  account: ShownAccount;
  accounts: ShownAccount[];
}

/** In an order that does not change while bytes are posted, so that no page repeats or misses what another has. */
function subjectsOf(view: UsageView, accounts: readonly ShownAccount[]): Counted[] {
  const found = new Map<string, Counted>();
  for (const account of accounts) {
    const key = [account.kind, account.router, account.interface, deviceMac(view, account.key)].join('\n');
    const known = found.get(key);
    if (known === undefined) found.set(key, { id: account.id, account, accounts: [account] });
    else {
      known.accounts.push(account);
      known.id = Math.min(known.id, account.id);
    }
  }
  return [...found.values()].sort((a, b) => PLACE[a.account.kind] - PLACE[b.account.kind] || a.id - b.id);
}

const isBefore = ({ id, account }: Counted, cursor: Cursor): boolean =>
  PLACE[account.kind] < cursor.place || (PLACE[account.kind] === cursor.place && id < cursor.id);

const cursorText = ({ id, account }: Counted): string => `${PLACE[account.kind]}.${id}`;

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
  return all.filter((account) => (kind === null || account.kind === kind) && isRouter(account) && isDevice(account));
}

type ShownAccount = Account & { kind: ShownKind };

const isShown = (account: Account): account is ShownAccount => isShownKind(account.kind);

const deviceMac = (view: UsageView, mac: string): string => view.aliases.get(mac)?.mac ?? mac;

/** The queries that answer the request: uplinks with their own billing day have their own months. */
function queriesOf({ books }: UsageView, request: UsageRequest, chosen: readonly Account[], terms: BillingTerms): UsageQuery[] {
  const everyone = chosen.length === books.accounts.size;
  const accounts = everyone ? null : chosen.map(({ id }) => id);
  if (request.by === 'hour') return [{ by: 'hour', from: request.from, to: request.to, accounts }];
  if (request.by === 'day') return [{ by: 'day', from: request.from, to: request.to, accounts }];
  if (request.by === 'year') return [{ by: 'period', periods: periodsWithin(request, yearOf), accounts }];
  const byBilling = new Map<number, { billing: Billing; ids: number[] }>();
  for (const { id, kind, router } of chosen) {
    const billing = (hasRouterMonth(kind) ? terms.routerBilling.get(router) : undefined) ?? terms.billing;
    const same = byBilling.get(billing.day) ?? { billing, ids: [] };
    same.ids.push(id);
    byBilling.set(billing.day, same);
  }
  return [...byBilling.values()].map(({ billing, ids }) => ({
    by: 'period',
    periods: periodsWithin(request, (day) => monthOf(day, billing)),
    accounts: byBilling.size === 1 ? accounts : ids,
  }));
}

const tooMuch = (most: string) => new RequestError(400, `The answer would have more than ${most}: ask for a shorter time or a longer "by"`);

/** The periods that days lie in, cut to those days. Throws a RequestError where they are too many. */
function periodsWithin({ from, to }: { from: Day; to: Day }, periodOf: (day: Day) => Month): Month[] {
  const found: Month[] = [];
  for (let day = from; day < to; ) {
    const { end } = periodOf(day);
    found.push({ start: day, end: Math.min(end, to) });
    if (found.length > MOST_PERIODS) throw tooMuch(`${MOST_PERIODS} months or years`);
    day = end;
  }
  return found;
}

/** Local time with its offset, by which the two equal hours of an autumn night differ. Caches hours, because time zones are slow. */
function hourText(timezone: string): (instant: number) => string {
  const known = new Map<number, string>();
  return (instant) => {
    const text = known.get(instant) ?? withOffset(instant, timezone);
    known.set(instant, text);
    return text;
  };
}

function withOffset(instant: number, timezone: string): string {
  const local = localText(instant, timezone).replace(' ', 'T');
  const minutes = Math.round((Date.parse(`${local}Z`) - instant) / 60_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

function seriesOf(
  view: UsageView,
  subjects: readonly Counted[],
  rows: readonly UsageRow[],
  text: (time: number) => string,
  silentToo: boolean,
): UsageSeries[] {
  const byAccount = new Map<number, UsageRow[]>();
  for (const row of rows) {
    const own = byAccount.get(row.account);
    if (own === undefined) byAccount.set(row.account, [row]);
    else own.push(row);
  }
  return subjects.flatMap(({ account, accounts }) => {
    const own = accounts.flatMap(({ id }) => byAccount.get(id) ?? []);
    return own.length > 0 || silentToo ? [oneSeries(view, account, own, text)] : [];
  });
}

function oneSeries(view: UsageView, account: ShownAccount, rows: readonly UsageRow[], text: (time: number) => string): UsageSeries {
  const byTime = new Map<number, Traffic>();
  for (const { time, bytes } of rows) byTime.set(time, plus(byTime.get(time) ?? NOTHING, bytes));
  const own = macOf(account);
  const mac = own === null ? null : deviceMac(view, own);
  return {
    kind: account.kind,
    router: hasRouter(account.kind) ? account.router : null,
    interface: account.interface === '' ? null : account.interface,
    mac,
    ip: ipOf(account),
    public_key: publicKeyOf(account),
    name: mac === null ? otherName(view, account) : nameOf(view, mac),
    user: userOf(view, account, mac),
    overlay: account.overlay,
    ...bytesJson(rows.map(({ bytes }) => bytes).reduce(plus, NOTHING)),
    buckets: [...byTime].sort(([a], [b]) => a - b).map(([time, bytes]) => ({ start: text(time), ...bytesJson(bytes) })),
  };
}

function userOf(view: UsageView, account: Account, mac: string | null): string | null {
  const publicKey = publicKeyOf(account);
  const known = publicKey === null ? view.aliases.get(mac ?? '') : view.peerNames.get(publicKey);
  return known?.user ?? null;
}

function otherName(view: UsageView, account: Account): string | null {
  const publicKey = publicKeyOf(account);
  return publicKey === null ? null : nameOfPeer(view, account.router, account.interface, publicKey);
}

const bytesJson = ({ download, upload }: Traffic) => ({ download_bytes: download, upload_bytes: upload });

const PLACE: Record<ShownKind, number> = { wan: 0, device: 1, host: 2, station: 3, peer: 4 };

const subject = ({ mac, ip, public_key }: UsageSeries): string => mac ?? ip ?? public_key ?? '';

function byKindAndSize(a: UsageSeries, b: UsageSeries): number {
  const size = (series: UsageSeries) => series.download_bytes + series.upload_bytes;
  return PLACE[a.kind] - PLACE[b.kind] || size(b) - size(a) || (subject(a) < subject(b) ? -1 : 1);
}
