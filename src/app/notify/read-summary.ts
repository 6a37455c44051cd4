import { dayOf, type Month, startOfDay } from '../../domain/calendar.ts';
import { sumKey } from '../../domain/people/quota-period.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { readSums } from '../../ledger/storage/people/read-sums.ts';
import { readAudit } from '../../ledger/storage/read-audit.ts';
import { readFirstDay, readUsage } from '../../ledger/storage/read-usage.ts';
import type { Store } from '../../ledger/storage/store.ts';
import { readCompared } from '../../ledger/usage/compared.ts';
import { type BillingTerms, type Months, monthsAt } from '../../ledger/usage/months.ts';
import { booksIn } from '../../ledger/usage/period-books.ts';
import { emptySums } from '../../ledger/usage/sums.ts';
import { gatherEvidence } from '../../views/reconciliation/evidence.ts';
import { MISSING_KINDS } from '../../views/summary/missing.ts';
import { type ComparedDays, comparedDays, type SummaryPeriod } from '../../views/summary/period.ts';
import { type Summary, type SummaryFacts, type SummaryView, summaryOf } from '../../views/summary/summary.ts';
import { readModels } from '../quotas/models.ts';

/** What a summary is read from. The books are those of the ledger; `now` is Unix ms. */
export interface SummarySources extends Omit<SummaryView, 'months' | 'models'> {
  store: Pick<Store, 'all'>;
  terms: BillingTerms;
}

/** Audit rows of a period that are read: the newest. */
const MOST_ROWS = 5000;

/** Reads what the home or one user (by name) used in a period. The books stay as they are. Throws a LedgerError. */
export async function readSummary(sources: SummarySources, period: SummaryPeriod, user: string | null): Promise<Summary> {
  const { store, terms, ...known } = sources;
  const { now, timezone, books } = known;
  const today = dayOf(now, timezone);
  const running = today < period.days.end;
  const [from, to] = [startOfDay(period.days.start, timezone), startOfDay(period.days.end, timezone)];
  const at = running ? now : to - 1;
  const months = await monthsOf(sources, period, { at, running });
  const own = months.sums.get(keyOf(period.days))?.bytes ?? new Map();
  const past: SummaryView = { ...known, now: at, months, books: booksIn(books, own), models: new Map() };
  const view = running ? { ...past, models: await readModels(store, past) } : past;
  const audit = await readAudit(store, { from, to, kinds: MISSING_KINDS }, MOST_ROWS + 1);
  return summaryOf({
    ...{ view, period, running, user, madeAt: now },
    compared: await readComparedDays(sources, comparedDays(period, today)),
    firstDay: await readFirstDay(store),
    hasTariffs: (terms.tariffs ?? []).length > 0,
    audit: audit.slice(0, MOST_ROWS),
    auditIsCut: audit.length > MOST_ROWS,
    evidence: await gatherEvidence(view, { audit: (query, most) => readAudit(store, query, most) }),
  });
}

const keyOf = (days: Month): string => sumKey({ by: 'day', ...days });

/** The months as if the period were that of everything but quotas, which keep their own: those by the same kind of time. */
async function monthsOf(
  { store, terms, timezone, books }: SummarySources,
  { by, days }: SummaryPeriod,
  { at, running }: { at: number; running: boolean },
): Promise<Months> {
  const quotas = (terms.quotas ?? []).filter(({ per }) => per === by);
  const { sums, ...months } = monthsAt(at, { ...terms, quotas, tariffs: [] });
  const all = new Map([...sums, ...emptySums([{ by: 'day', ...days }])]);
  for (const each of all.values()) await readSums(store, each);
  const compared = await readCompared(store, books, () => days, timezone);
  // A month before the tariffs, or after them, may have some: the summary decides whether they are shown.
  const tariffs = running ? (terms.tariffs ?? []) : [];
  return { ...months, home: days, routers: new Map(), compared, sums: all, hasTariffs: true, tariffs };
}

async function readComparedDays({ store, books }: SummarySources, compared: ComparedDays | null): Promise<SummaryFacts['compared']> {
  if (compared === null) return null;
  const booksOf = async (days: Month) => {
    // Unbounded, because the accounts are.
    const rows = await readUsage(store, { by: 'period', periods: [days], accounts: null }, Number.MAX_SAFE_INTEGER);
    return booksIn(books, new Map<number, Traffic>((rows ?? []).map(({ account, bytes }) => [account, bytes])));
  };
  return { ...compared, books: { now: await booksOf(compared.days), before: await booksOf(compared.before) } };
}
