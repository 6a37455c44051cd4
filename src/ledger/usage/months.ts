import { type Billing, type Day, dayOf, type Month, monthOf } from '../../domain/calendar.ts';
import type { Quota } from '../../domain/people/quota.ts';
import { type QuotaPeriod, quotaPeriod, type SumPeriod, sumKey } from '../../domain/people/quota-period.ts';
import type { Tariff } from '../../domain/people/tariffs.ts';
import { addTo, NOTHING, noTraffic, type Traffic } from '../../domain/traffic.ts';
import { type Account, hasRouterMonth } from '../account.ts';
import type { Books } from '../books.ts';
import type { RoundUpdate } from '../posting/round-update.ts';
import { readSums } from '../storage/people/read-sums.ts';
import { readUsage } from '../storage/read-usage.ts';
import type { Store } from '../storage/store.ts';
import { beginnings, type Compared, readCompared } from './compared.ts';
import { bytesIn, emptySums, type Sums, type SumsByPeriod } from './sums.ts';

/** The billing periods that run now: one for the home, and one for each router whose uplink has its own. */
export interface Months {
  home: Month;
  routers: Map<string, Month>;
  /** Gateways whose uplinks and hosts were not both counted for all of the period, by router. */
  compared: Map<string, Compared>;
  /** When the sides of the gateways began, as `compared` was read; empty if it must be read. */
  begun: string;
  /** `changes` of the accounts when `begun` was made. */
  begunAt: number;
  /** What accounts have in the running periods of quotas, by tariff in the months, and in the home's where a router has its own. */
  sums: SumsByPeriod;
  /** Whether the months are shown by tariff. A quota may have the sums of a month without. */
  hasTariffs: boolean;
  /** Tariffs that bytes are counted by now. */
  tariffs: readonly Pick<Tariff, 'name' | 'counts'>[];
  quotas: readonly RunningQuota[];
}

/** A quota and its running period. */
interface RunningQuota {
  quota: Quota;
  period: QuotaPeriod;
}

export interface BillingTerms {
  timezone: string;
  billing: Billing;
  /** Routers whose uplink has its own billing day. */
  routerBilling: ReadonlyMap<string, Billing>;
  tariffs?: readonly Tariff[];
  quotas?: readonly Quota[];
}

/** The billing periods that run at `now` (Unix ms), with nothing compared yet. */
export function monthsAt(now: number, terms: BillingTerms): Months {
  const today = dayOf(now, terms.timezone);
  const routers = [...terms.routerBilling].map(([router, billing]) => [router, monthOf(today, billing)] as const);
  const home = monthOf(today, terms.billing);
  const { tariffs = [] } = terms;
  const hasTariffs = tariffs.length > 0;
  const byTariff = hasTariffs ? [home, ...routers.map(([, month]) => month)] : [];
  const periodOf = quotaPeriods(now, terms);
  const quotas = (terms.quotas ?? []).map((quota) => ({ quota, period: periodOf(quota) }));
  const ofHome = routers.length === 0 ? [] : [home];
  const wanted = [...[...byTariff, ...ofHome].map(daysOf), ...quotas.flatMap(periodsToSum)];
  const month = routers.length === 0 ? daysOf(home) : null;
  const running = { home, routers: new Map(routers), quotas, hasTariffs, tariffs, sums: emptySums(wanted, month) };
  return { ...running, compared: new Map(), begun: '', begunAt: 0 };
}

const daysOf = (month: Month): SumPeriod => ({ by: 'day', ...month });

/** The running period of each quota at `now` (Unix ms). That of a router's uplinks has the router's own month. Rule: month. */
function quotaPeriods(now: number, { timezone, billing, routerBilling }: BillingTerms): (quota: Quota) => QuotaPeriod {
  const found = new Map<string, QuotaPeriod>();
  return ({ of, per }) => {
    const { day } = (of.kind === 'uplink' ? routerBilling.get(of.router) : undefined) ?? billing;
    const key = `${per} ${day}`;
    const period = found.get(key) ?? quotaPeriod(per, now, timezone, { day });
    found.set(key, period);
    return period;
  };
}

const periodsToSum = ({ quota: { rollover }, period }: RunningQuota): SumPeriod[] =>
  rollover && period.before !== null ? [period, period.before] : [period];

/** What tells the running periods from those of another time. */
export const periodsKey = ({ home, routers, sums }: Months): string => JSON.stringify([home, ...routers, ...sums.keys()]);

/** What accounts have in a running month, with what of it is of tariffs; null without tariffs. */
export const monthSums = (months: Months, month: Month): Sums | null =>
  months.hasTariffs ? (months.sums.get(sumKey(daysOf(month))) ?? null) : null;

/** The billing period that an account's month sum belongs to. Rule: month. */
export const monthFor = (months: Months, account: Pick<Account, 'kind' | 'router'>): Month =>
  (months.routers.size > 0 && hasRouterMonth(account.kind) ? months.routers.get(account.router) : undefined) ?? months.home;

/** What an account of the home's sum has in the home's month, which is not its own where its router has another. Rule: month. */
export function inHomeMonth(months: Months, account: Pick<Account, 'id' | 'kind' | 'router' | 'month'>): Traffic {
  if (monthFor(months, account) === months.home) return account.month;
  const sums = months.sums.get(sumKey(daysOf(months.home)));
  return (sums === undefined ? undefined : bytesIn(sums, account)) ?? NOTHING;
}

const inMonth = (day: Day, month: Month): boolean => day >= month.start && day < month.end;

/** Adds a round's increases to the month sums of the accounts. */
export function addToMonths(months: Months, { increases }: RoundUpdate): void {
  for (const { day, bytes } of increases) {
    bytes.forEach((increase) => {
      const { account } = increase.account;
      if (inMonth(day, monthFor(months, account))) addTo(account.month, increase);
    });
  }
}

/** Sums the running billing periods from the days in the file. */
export async function sumMonths(store: Store, books: Books, months: Months, timezone: string): Promise<void> {
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
    account.month = sums.get(`${month.start} ${month.end}`)?.get(account.id) ?? noTraffic();
  }
  for (const each of months.sums.values()) await readSums(store, each);
  months.begun = '';
  await refreshCompared(store, books, months, timezone, null);
}

/** Reads again what is compared where a side of a gateway began, or where a round changed what it had before both were counted. */
export async function refreshCompared(
  store: Store,
  books: Books,
  months: Months,
  timezone: string,
  round: RoundUpdate | null,
): Promise<void> {
  const { changes } = books.accounts;
  const begun = months.begun !== '' && months.begunAt === changes ? months.begun : beginnings(books);
  months.begunAt = changes;
  const isSame = begun === months.begun && [...months.compared.values()].every(({ from }) => !changesBefore(round, from, timezone));
  if (isSame) return;
  months.compared = await readCompared(store, books, (router) => monthFor(months, { kind: 'wan', router }), timezone);
  months.begun = begun;
}

/** Whether a round changes bytes of the time before an hour: it posted some there, or moved an account's bytes to another. */
function changesBefore(round: RoundUpdate | null, hour: number, timezone: string): boolean {
  if (round === null) return false;
  const firstDay = dayOf(hour, timezone);
  // What is older than hours are kept has only days.
  return round.moves.length > 0 || round.increases.some((each) => (each.hour ?? hour) < hour || each.day < firstDay);
}
