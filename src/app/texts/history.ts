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

type Terms = Pick<BillingTerms, 'billing' | 'routerBilling'>;

/** Rows of the history, read once for those that ask at the same time. */
export interface HistoryReader {
  /** Days and periods of the home, its uplinks and users; with `each`, periods of devices and peers too. Throws a LedgerError. */
  rows(known: KnownHistory, terms: Terms, each: boolean): Promise<HistoryRow[]>;
}

/** What was used in the spans of a part that have ended, for as long as its accounts and the past are the same. */
interface KeptPart {
  key: string;
  spans: ReadonlyMap<string, SpanUsage>;
}

/** Creates it. What has ended is read once: a day that turns costs one more day, and the running ones are read each time. */
export function createHistoryReader(store: Pick<Store, 'all'>): HistoryReader {
  /** By the place of the part: those of devices and peers are the last. */
  const kept: KeptPart[] = [];
  const running = new Map<boolean, Promise<HistoryRow[]>>();

  async function make(known: KnownHistory, terms: Terms, each: boolean): Promise<HistoryRow[]> {
    const today = dayOf(known.now, known.timezone);
    const rows: HistoryRow[] = [];
    for (const [i, part] of historyParts(known, terms, each).entries()) {
      const key = keyOf(part, known);
      const before = kept[i];
      const ended = before?.key === key ? before.spans : NO_SPANS;
      const read = subjectSums(store, part.subjects);
      const used = new Map<string, SpanUsage>();
      for (const span of part.spans) used.set(spanKey(span), ended.get(spanKey(span)) ?? usage(await read(span)));
      const past = part.spans.filter(({ end }) => end <= today);
      kept[i] = { key, spans: new Map(past.map((span) => [spanKey(span), used.get(spanKey(span)) ?? NONE])) };
      rows.push(...historyRows(part, (span) => used.get(spanKey(span)) ?? NONE));
    }
    return rows;
  }

  return {
    rows(known, terms, each) {
      const same = running.get(each) ?? make(known, terms, each).finally(() => running.delete(each));
      running.set(each, same);
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
        .rows(known, terms, true)
        .then((rows) => textOf(historyFamilies(rows)))
        .finally(() => {
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
