import { type Billing, type Day, dayText, localText, type Month, monthOf, yearOf } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { quote } from '../../errors.ts';
import { type Account, hasRouter, hasRouterMonth, ipOf, isShownKind, macOf, publicKeyOf, type ShownKind } from '../../ledger/account.ts';
import type { UsageQuery, UsageRow } from '../../ledger/storage/read-usage.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { nameOf, nameOfPeer, type View } from '../view.ts';
import type { QueryParameters } from './query.ts';
import { RequestError } from './request-error.ts';
import { parseUsageRequest, type UsageRequest } from './usage-query.ts';

/** `/api/v1/usage` */
export interface UsageAnswer {
  by: UsageRequest['by'];
  timezone: string;
  from: string;
  to: string;
  series: UsageSeries[];
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
export type ReadUsage = (query: UsageQuery, most: number) => Promise<UsageRow[] | null>;

export type UsageView = Pick<View, 'books' | 'aliases' | 'peerNames' | 'months' | 'timezone' | 'routers' | 'now'>;

const MOST_BUCKETS = 50_000;
const MOST_PERIODS = 600;

/** Answers `/api/v1/usage`. Throws a RequestError if the query is wrong or asks for too much. */
export async function usageAnswer(view: UsageView, terms: BillingTerms, query: QueryParameters, read: ReadUsage): Promise<UsageAnswer> {
  const request = parseUsageRequest(query, view);
  const accounts = chosenAccounts(view, request);
  const rows: UsageRow[] = [];
  for (const part of queriesOf(view, request, accounts, terms)) {
    const found = await read(part, MOST_BUCKETS - rows.length);
    if (found === null) throw tooMuch(`${MOST_BUCKETS} buckets`);
    rows.push(...found);
  }
  const text = request.by === 'hour' ? hourText(view.timezone) : dayText;
  const series = seriesOf(view, accounts, rows, text, request.mac !== null);
  return { by: request.by, timezone: view.timezone, from: text(request.from), to: text(request.to), series };
}

const tooMuch = (most: string) =>
  new RequestError(400, `The answer would have more than ${most}: ask for a shorter time, a longer "by", or one "mac"`);

function chosenAccounts(view: UsageView, { kind, mac, router }: UsageRequest): ShownAccount[] {
  // Bytes of an unknown address belong to no device yet; the host's account has them too.
  const all = [...view.books.accounts.values()].filter(isShown);
  const isRouter = (account: Account) => router === null || account.router === router;
  const isDevice = (account: Account) => mac === null || (account.key !== '' && deviceMac(view, account.key) === deviceMac(view, mac));
  // Before the first reading there are no accounts, but the request is valid.
  if (router !== null && !all.some(isRouter) && !view.routers.some(({ name }) => name === router)) {
    throw new RequestError(404, `There is no router ${quote(router)}: /api/v1/routers lists them`);
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

/** The periods of the days, cut to those days. Throws a RequestError if there are too many. */
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
  accounts: readonly ShownAccount[],
  rows: readonly UsageRow[],
  text: (time: number) => string,
  silentToo: boolean,
): UsageSeries[] {
  const byAccount = new Map<number, UsageRow[]>(accounts.map(({ id }) => [id, []]));
  for (const row of rows) byAccount.get(row.account)?.push(row);
  const series = new Map<string, { account: ShownAccount; rows: UsageRow[] }>();
  for (const account of accounts) {
    const own = byAccount.get(account.id) ?? [];
    if (own.length === 0 && !silentToo) continue;
    const key = [account.kind, account.router, account.interface, deviceMac(view, account.key)].join('\n');
    const known = series.get(key);
    if (known === undefined) series.set(key, { account, rows: own });
    else known.rows = [...known.rows, ...own];
  }
  return [...series.values()].map(({ account, rows }) => oneSeries(view, account, rows, text)).sort(byKindAndSize);
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
