import { dayOf, type Month } from '../../domain/calendar.ts';
import { NO_USAGE, plusUsage, total, type Used } from '../../domain/traffic.ts';
import { hasRouterMonth, usageOf } from '../../ledger/account.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { type KindSum, subjectSums } from '../../ledger/storage/people/read-subject-sums.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms, Months } from '../../ledger/usage/months.ts';
import { historyFamilies } from '../../views/metrics/history.ts';
import { createText, type TextParts } from '../../views/metrics/text.ts';
import {
  type HistoryPart,
  type HistoryRow,
  type HistoryScope,
  type HistoryView,
  historyParts,
  historyRows,
  type SpanUsage,
} from '../../views/rows/history.ts';

/** What the history is made from. */
export type KnownHistory = HistoryView & {
  ledger: Pick<LedgerState, 'pastChanges'>;
  /** The running months of the accounts; left out where these are not kept up to date. */
  months?: Pick<Months, 'home'>;
};

type Terms = Pick<BillingTerms, 'billing' | 'routerBilling'>;

/** Rows of the history, read once for those that ask at the same time. */
export interface HistoryReader {
  /** Throws a LedgerError. */
  rows(known: KnownHistory, terms: Terms, scope: HistoryScope): Promise<HistoryRow[]>;
}

/** What was used in the spans of a part that have ended, for as long as its accounts and the past are the same. */
type KeptSpans = ReadonlyMap<string, SpanUsage>;

/** Parts that are kept: what one that changed was before is of no use. */
const MOST_KEPT = 16;

/** Creates it. What has ended is read once: a day that turns costs one more day, and the running ones are read each time. */
export function createHistoryReader(store: Pick<Store, 'all'>): HistoryReader {
  /** The last used last. */
  const kept = new Map<string, KeptSpans>();
  const running = new Map<HistoryScope, Promise<HistoryRow[]>>();

  async function make(known: KnownHistory, terms: Terms, scope: HistoryScope): Promise<HistoryRow[]> {
    const today = dayOf(known.now, known.timezone);
    const rows: HistoryRow[] = [];
    for (const part of historyParts(known, terms, scope)) {
      const key = keyOf(part, known);
      const ended = kept.get(key);
      const read = subjectSums(store, part.subjects);
      const used = new Map<string, SpanUsage>();
      for (const span of part.spans)
        used.set(spanKey(span), ended?.get(spanKey(span)) ?? inBooks(part, span, known) ?? usage(await read(span)));
      const past = part.spans.filter(({ end }) => end <= today);
      kept.delete(key);
      kept.set(key, new Map(past.map((span) => [spanKey(span), used.get(spanKey(span)) ?? NONE])));
      for (const oldest of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(oldest);
      rows.push(...historyRows(part, (span) => used.get(spanKey(span)) ?? NONE));
    }
    return rows;
  }

  return {
    rows(known, terms, scope) {
      const same = running.get(scope) ?? make(known, terms, scope).finally(() => running.delete(scope));
      running.set(scope, same);
      return same;
    },
  };
}

/** The text of `/metrics/history`, made once for those that ask at the same time. */
export interface History {
  /** Throws a LedgerError. */
  of(known: KnownHistory, terms: Terms): Promise<TextParts>;
}

/** Creates it. */
export function createHistory(reader: HistoryReader): History {
  const textOf = createText();
  let running: Promise<TextParts> | null = null;
  return {
    of(known, terms) {
      running ??= reader
        .rows(known, terms, 'each')
        .then((rows) => textOf(historyFamilies(rows)))
        .finally(() => {
          running = null;
        });
      return running;
    },
  };
}

const NONE: SpanUsage = new Map();

const spanKey = ({ start, end }: Month): string => `${start} ${end}`;

/** What decides about the bytes of spans that have ended, and how many there are: a home of one device has those of both. */
const keyOf = ({ by, subjects, spans }: HistoryPart, { ledger, timezone }: KnownHistory): string =>
  JSON.stringify([by, spans.length, ledger.pastChanges, timezone, subjects.map(({ accounts }) => accounts.map(({ id }) => id))]);

/** The running period of accounts whose month it is, from their books: adding it up in the file takes long. Null for other spans. */
function inBooks({ by, subjects }: HistoryPart, { start, end }: Month, { months }: KnownHistory): SpanUsage | null {
  if (by !== 'month' || months?.home.start !== start || months.home.end !== end) return null;
  if (subjects.some(({ accounts }) => accounts.some(({ kind }) => hasRouterMonth(kind)))) return null;
  const found = new Map<number, Used>();
  subjects.forEach(({ accounts }, place) => {
    for (const { kind, month } of accounts)
      if (total(month) > 0) found.set(place, plusUsage(found.get(place) ?? NO_USAGE, usageOf(kind, month)));
  });
  return found;
}

const usage = (sums: ReadonlyMap<number, readonly KindSum[]>): SpanUsage =>
  new Map([...sums].map(([place, each]) => [place, each.map(({ kind, bytes }) => usageOf(kind, bytes)).reduce(plusUsage, NO_USAGE)]));
