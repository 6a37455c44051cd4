import { type Billing, type Day, dayOf, type Month, monthOf } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { type Account, hasRouterMonth } from '../account.ts';
import type { Books } from '../books.ts';
import type { RoundUpdate } from '../posting/round-update.ts';
import { readUsage } from '../storage/read-usage.ts';
import type { Store } from '../storage/store.ts';

/** The billing periods that run now: one for the home, and one for each router whose uplink has its own. */
export interface Months {
  home: Month;
  routers: Map<string, Month>;
}

export interface BillingTerms {
  timezone: string;
  billing: Billing;
  /** Routers whose uplink has its own billing day. */
  routerBilling: ReadonlyMap<string, Billing>;
}

export function monthsAt(now: number, terms: BillingTerms): Months {
  const today = dayOf(now, terms.timezone);
  const routers = [...terms.routerBilling].map(([router, billing]) => [router, monthOf(today, billing)] as const);
  return { home: monthOf(today, terms.billing), routers: new Map(routers) };
}

/** The billing period that an account's month sum belongs to. */
export const monthFor = (months: Months, account: Pick<Account, 'kind' | 'router'>): Month =>
  (hasRouterMonth(account.kind) ? months.routers.get(account.router) : undefined) ?? months.home;

const inMonth = (day: Day, month: Month): boolean => day >= month.start && day < month.end;

/** Adds a round's day rows to the month sums of the accounts. */
export function addToMonths(months: Months, days: RoundUpdate['days'], accounts: ReadonlyMap<number, Account>): void {
  for (const [day, rows] of days) {
    for (const [id, bytes] of rows) {
      const account = accounts.get(id);
      if (account === undefined || !inMonth(day, monthFor(months, account))) continue;
      account.month = { download: account.month.download + bytes.download, upload: account.month.upload + bytes.upload };
    }
  }
}

/** Sums the running billing periods from the days in the file. */
export async function sumMonths(store: Store, books: Books, months: Months): Promise<void> {
  const sums = new Map<string, ReadonlyMap<number, Traffic>>();
  for (const month of [months.home, ...months.routers.values()]) {
    const key = `${month.start} ${month.end}`;
    if (sums.has(key)) continue;
    // Unbounded, because the accounts are.
    const rows = await readUsage(store, { by: 'period', periods: [month], accounts: null }, Number.MAX_SAFE_INTEGER);
    sums.set(key, new Map(rows?.map(({ account, bytes }) => [account, bytes])));
  }
  for (const account of books.accounts.values()) {
    const month = monthFor(months, account);
    account.month = sums.get(`${month.start} ${month.end}`)?.get(account.id) ?? { download: 0, upload: 0 };
  }
}
