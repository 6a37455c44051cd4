import { dayOf, type Month } from '../../domain/calendar.ts';
import { NO_USAGE, plusUsage } from '../../domain/traffic.ts';
import { usageOf } from '../../ledger/account.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { type KindSum, subjectSums } from '../../ledger/storage/people/read-subject-sums.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import { historyFamilies } from '../../views/metrics/history.ts';
import { createText, type TextParts } from '../../views/metrics/text.ts';
import {
  type HistoryPart,
  type HistoryRow,
  type HistoryView,
  historyParts,
  historyRows,
  type SpanUsage,
} from '../../views/rows/history.ts';

/** What the history is made from. */
export type KnownHistory = HistoryView & { ledger: Pick<LedgerState, 'pastChanges'> };

/** The text of `/metrics/history`, made once for those that ask at the same time. */
export interface History {
  /** Throws a LedgerError. */
  of(known: KnownHistory, terms: Pick<BillingTerms, 'billing' | 'routerBilling'>): Promise<TextParts>;
}

/** What was used in the spans of a part that have ended, for as long as its accounts and the past are the same. */
interface KeptPart {
  key: string;
  spans: ReadonlyMap<string, SpanUsage>;
}

/** Creates it. What has ended is read once: a day that turns costs one more day, and the running ones are read each time. */
export function createHistory(store: Pick<Store, 'all'>): History {
  const textOf = createText();
  let kept: KeptPart[] = [];
  let running: Promise<TextParts> | null = null;

  async function make(known: KnownHistory, terms: Parameters<typeof historyParts>[1]): Promise<TextParts> {
    const today = dayOf(known.now, known.timezone);
    const parts = historyParts(known, terms);
    const before = kept;
    const rows: HistoryRow[] = [];
    const next: KeptPart[] = [];
    for (const [i, part] of parts.entries()) {
      const key = keyOf(part, known);
      const ended = before[i]?.key === key ? before[i].spans : NO_SPANS;
      const read = subjectSums(store, part.subjects);
      const used = new Map<string, SpanUsage>();
      for (const span of part.spans) used.set(spanKey(span), ended.get(spanKey(span)) ?? usage(await read(span)));
      next.push({
        key,
        spans: new Map(part.spans.filter(({ end }) => end <= today).map((span) => [spanKey(span), used.get(spanKey(span)) ?? NONE])),
      });
      rows.push(...historyRows(part, (span) => used.get(spanKey(span)) ?? NONE));
    }
    kept = next;
    return textOf(historyFamilies(rows));
  }

  return {
    of(known, terms) {
      running ??= make(known, terms).finally(() => {
        running = null;
      });
      return running;
    },
  };
}

const NONE: SpanUsage = new Map();
const NO_SPANS: KeptPart['spans'] = new Map();

const spanKey = ({ start, end }: Month): string => `${start} ${end}`;

/** What decides about the bytes of spans that have ended. */
const keyOf = ({ by, subjects }: HistoryPart, { ledger, timezone }: KnownHistory): string =>
  JSON.stringify([by, ledger.pastChanges, timezone, subjects.map(({ accounts }) => accounts.map(({ id }) => id))]);

const usage = (sums: ReadonlyMap<number, readonly KindSum[]>): SpanUsage =>
  new Map([...sums].map(([place, each]) => [place, each.map(({ kind, bytes }) => usageOf(kind, bytes)).reduce(plusUsage, NO_USAGE)]));
