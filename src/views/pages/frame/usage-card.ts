import type { Month } from '../../../domain/calendar.ts';
import type { Used } from '../../../domain/traffic.ts';
import { bytesIn } from '../../format.ts';
import type { View } from '../../view.ts';
import { dayBars, periodBars, type UsedByDay } from './bar-rows.ts';
import { barChart } from './bars.ts';
import { figures } from './figures.ts';
import { type Content, type Html, html } from './html.ts';
import { shortDate } from './short-date.ts';

/** Billing periods of a chart: a year, and the same month of the year before. */
export const PERIODS = 13;

export interface UsageParts {
  /** The billing period that is running. */
  month: Month;
  /** What was used in it, and in all. */
  used: Used;
  total: Used;
  /** Null: days are not shown, because it is private. */
  days: UsedByDay | null;
  /** What is marked on days. */
  marks?: ReadonlyMap<number, string>;
  periods: readonly Month[];
  months: UsedByDay;
  /** What a day or month without a byte shows. */
  nothing: Used;
  /** What is said of the month besides. */
  more?: Content;
}

/** What something used this month, by day and by month. */
export function usageCard(view: View, { month, used, total, days, marks, periods, months, nothing, more = null }: UsageParts): Html {
  const all = bytesIn(view.units)(total.total);
  return html`<section class="card" aria-labelledby="month">
<div class="top"><h2 id="month">This month</h2><p class="quiet">${shortDate(month.start)} to ${shortDate(month.end - 1)} · ${all} in all</p></div>
${figures(view, used)}
${more}
${
  days === null
    ? html`<p class="quiet">It is private: only months are shown.</p>`
    : barChart(view, 'Bytes of each day of this month', 'Day', dayBars(view, month, days, nothing, marks))
}
<h3 class="more">By month</h3>
${barChart(view, 'Bytes of the last billing periods', 'Month', periodBars(view, periods, months, nothing)) ?? html`<p class="quiet">Nothing was counted in the last ${periods.length} months.</p>`}
</section>`;
}
