import { dayOf } from '../../domain/calendar.ts';
import { lastingForecasts } from '../../domain/people/forecast.ts';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { lastingSubjects } from '../../views/rows/quota-subjects.ts';
import { type QuotaView, quotaRows } from '../../views/rows/quotas.ts';

/** The rows of quotas, worked out once a round for all that show or report them. */
export interface SharedQuotaRows {
  of(view: QuotaView): readonly QuotaRow[];
  /** A round has ended, or the configuration has changed. */
  renew(): void;
}

export function sharedQuotaRows(): SharedQuotaRows {
  const forecast = lastingForecasts();
  const subjects = lastingSubjects();
  let kept: { from: readonly unknown[]; rows: readonly QuotaRow[] } | null = null;
  return {
    of(view) {
      const { books, months, models, now, timezone } = view;
      // A view has its own copy of the bonuses, which change without a round.
      const from = [books, months, models, dayOf(now, timezone), JSON.stringify(books.bonuses)];
      if (kept?.from.every((each, i) => each === from[i])) return kept.rows;
      kept = { from, rows: quotaRows(view, forecast, subjects(view)) };
      return kept.rows;
    },
    renew() {
      kept = null;
    },
  };
}
