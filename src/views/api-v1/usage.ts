import { dayText } from '../../domain/calendar.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import type { QueryParameters } from './query.ts';
import { MOST_SERIES, parseUsageRequest, type UsageRequest } from './usage-query.ts';
import { periodsAtMost, rowsOf, type UsageReader } from './usage-rows.ts';
import { byKindAndSize, hourText, seriesOf, type UsageSeries } from './usage-series.ts';
import { cursorText, isBefore, subjectsOf, type UsageView } from './usage-subjects.ts';

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
  const all = subjectsOf(view, request, terms);
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
