import { type Billing, type Day, type Month, monthOf, yearOf } from '../../domain/calendar.ts';
import { ON_PEAK } from '../../domain/people/tariffs.ts';
import { minus, NOTHING } from '../../domain/traffic.ts';
import { type Account, hasRouterMonth } from '../../ledger/account.ts';
import type { UsageQuery, UsageRow } from '../../ledger/storage/read-usage.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { RequestError } from './request-error.ts';
import type { UsageRequest } from './usage-query.ts';
import type { UsageView } from './usage-subjects.ts';

/** Reads rows from the ledger; null if there are more than `most`. */
type ReadUsage = (query: UsageQuery, most: number) => Promise<UsageRow[] | null>;

/** Reads the ledger for pages of usage. */
export interface UsageReader {
  rows: ReadUsage;
  /** How many hours or days of a stretch of time have rows of anyone. */
  stretches(table: 'hour' | 'day', from: number, to: number): Promise<number>;
}

const MOST_PERIODS = 600;

/** Months or years that a series has at most. Throws a RequestError where they are too many. */
export function periodsAtMost(request: UsageRequest, { billing }: BillingTerms): number {
  if (request.by === 'hour' || request.by === 'day') return Infinity;
  // Another billing day makes one period more.
  return periodsWithin(request, request.by === 'year' ? yearOf : (day) => monthOf(day, billing)).length + 1;
}

/** The rows of some accounts, in the lengths that the request asks for. */
export async function rowsOf(
  view: UsageView,
  request: UsageRequest,
  terms: BillingTerms,
  accounts: readonly Account[],
  read: UsageReader,
): Promise<UsageRow[]> {
  const parts: UsageRow[][] = [];
  const named = [...view.books.tariffs.values()].filter(({ name }) => request.tariff === ON_PEAK || name === request.tariff);
  const tariffs = named.map(({ id }) => id);
  for (const part of queriesOf(view, request, accounts, terms)) {
    const rows = async (of: Pick<UsageQuery, 'tariffs'>) => (await read.rows({ ...part, ...of }, Number.MAX_SAFE_INTEGER)) ?? [];
    if (request.tariff === null) parts.push(await rows({}));
    else if (request.tariff !== ON_PEAK) parts.push(await rows({ tariffs }));
    else parts.push(await rows({}), (await rows({ tariffs })).map(negative));
  }
  return parts.flat();
}

const negative = (row: UsageRow): UsageRow => ({ ...row, bytes: minus(NOTHING, row.bytes) });

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
