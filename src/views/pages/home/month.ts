import { type Day, dayOf, type Month } from '../../../domain/calendar.ts';
import { plusUsage, type Used } from '../../../domain/traffic.ts';
import { usageOf } from '../../../ledger/account.ts';
import { inHomeMonth } from '../../../ledger/usage/months.ts';
import { bytesIn } from '../../format.ts';
import type { HistoryRow } from '../../rows/history.ts';
import { countedSince, isKnown } from '../../rows/known.ts';
import { homeAccounts, nothingOf } from '../../rows/periods.ts';
import { wanRows } from '../../rows/wan.ts';
import type { View } from '../../view.ts';
import { dayBars, periodBars } from '../frame/bar-rows.ts';
import { barChart } from '../frame/bars.ts';
import { figures, usedWords } from '../frame/figures.ts';
import { type Html, html } from '../frame/html.ts';
import { historyOf } from '../frame/kept-history.ts';
import { shortDate } from '../frame/short-date.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import { capLine, isCap } from '../quotas/table.ts';
import { uplinkTable } from '../uplinks/table.ts';
import { hostsLines } from './reconciliation.ts';

/** What the home used before: rows of the history, and the billing periods to show. */
export interface HomePast {
  rows: readonly HistoryRow[];
  periods: readonly Month[];
}

/** Uplinks in the table: a router may list any number. */
const SHOWN = 10;

/** What the home used in the current billing period, today, by day and by month. */
export function monthCard(view: View, past: HomePast | null): Html {
  const uplinks = wanRows(view);
  const { home } = view.months;
  const today = dayOf(view.now, view.timezone);
  const { accounts, countedBy } = homeAccounts(view.books);
  const nothing = nothingOf(accounts);
  const month = accounts.map((account) => usageOf(account.kind, inHomeMonth(view.months, account))).reduce(plusUsage, nothing);
  return html`<section class="card" aria-labelledby="month">
<div class="top"><h2 id="month">This month so far</h2><p class="quiet">${shortDate(home.start)} to ${shortDate(home.end - 1)}, day ${today - home.start + 1} of ${home.end - home.start}</p></div>
${figures(view, month)}
${countedBy === 'devices' && accounts.length > 0 ? html`<p class="quiet">The sum of all devices: no uplink is counted.</p>` : null}
${tariffLine(view, accounts, home)}
${view.quotas.filter(isCap).map((row) => capLine(row, view))}
${hostsLines(view)}
${past === null ? null : charts(view, past, today, nothing)}
${uplinks.length > 1 || uplinks.some((row) => row.up === false) ? uplinkTable(view, uplinks.slice(0, SHOWN)) : null}
${uplinks.length > SHOWN ? html`<p class="more"><a href="uplinks">All ${uplinks.length} uplinks</a></p>` : null}
</section>`;
}

function charts(view: View, { rows, periods }: HomePast, today: Day, nothing: Used): Html {
  const { days, months } = historyOf(rows, 'home', '');
  const yearly = barChart(view, 'Bytes of the last billing periods', 'Month', periodBars(view, periods, months, nothing));
  const before = days.get(today - 1);
  const yesterday = isKnown(countedSince(view), { end: today }, before) ? dayLine(view, 'yesterday', before ?? nothing) : null;
  return html`<p class="today">${dayLine(view, 'Today', days.get(today) ?? nothing)}${yesterday === null ? null : html` <span class="quiet">· ${yesterday}</span>`}</p>
${barChart(view, 'Bytes of each day of this month', 'Day', dayBars(view, view.months.home, days, nothing))}
${yearly === null ? null : html`<h3 class="more">By month</h3>${yearly}`}`;
}

/** `Today: 12.3 GiB down, 1.20 GiB up` */
const dayLine = ({ units }: Pick<View, 'units'>, name: string, used: Used): string => `${name}: ${usedWords(used, bytesIn(units))}`;
