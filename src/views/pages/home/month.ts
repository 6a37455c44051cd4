import { type Day, dayNumber, dayOf } from '../../../domain/calendar.ts';
import { directedUsage, NOTHING, plusUsage, type Used } from '../../../domain/traffic.ts';
import type { UsageAnswer } from '../../api-v1/usage.ts';
import { homeAccounts } from '../../rows/periods.ts';
import { homeRows, homeTraffic, type WanRow, wanRows } from '../../rows/wan.ts';
import type { View } from '../../view.ts';
import { dayBars } from '../frame/bar-rows.ts';
import { barChart } from '../frame/bars.ts';
import { figures } from '../frame/figures.ts';
import { type Html, html } from '../frame/html.ts';
import { shortDate } from '../frame/short-date.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import { uplinkTable } from '../uplinks/table.ts';
import { hostsLines } from './reconciliation.ts';

/** Uplinks in the table: a router may list any number. */
const SHOWN = 10;

/** What the home used in the current billing period, with a column per day. */
export function monthCard(view: View, days: UsageAnswer | null): Html {
  const rows = wanRows(view);
  const { month } = homeTraffic(rows);
  const { home } = view.months;
  const today = dayOf(view.now, view.timezone);
  return html`<section class="card" aria-labelledby="month">
<div class="top"><h2 id="month">This month so far</h2><p class="quiet">${shortDate(home.start)} to ${shortDate(home.end - 1)}, day ${today - home.start + 1} of ${home.end - home.start}</p></div>
${figures(view, directedUsage(month))}
${tariffLine(view, homeAccounts(view.books).accounts)}
${hostsLines(view)}
${days === null ? null : barChart(view, 'Bytes of each day of this month', 'Day', dayBars(home, today, bytesByDay(rows, days), directedUsage(NOTHING)))}
${rows.length > 1 || rows.some((row) => row.up === false) ? html`${uplinkTable(view, rows.slice(0, SHOWN))}${rows.length > SHOWN ? html`<p class="more"><a href="uplinks">All ${rows.length} uplinks</a></p>` : null}` : null}
</section>`;
}

/** The home's bytes by day, without uplinks that run inside others. */
function bytesByDay(rows: readonly WanRow[], { series }: UsageAnswer): Map<Day, Used> {
  const home = new Set(homeRows(rows).map((row) => `${row.router} ${row.interface}`));
  const own = series.filter(({ kind, router, interface: name }) => kind === 'wan' && home.has(`${router} ${name}`));
  const days = new Map<Day, Used>();
  for (const { start, download_bytes, upload_bytes } of own.flatMap(({ buckets }) => buckets)) {
    const [year = 0, month = 0, date = 0] = start.split('-').map(Number);
    const day = dayNumber(year, month, date);
    const bytes = directedUsage({ download: download_bytes ?? 0, upload: upload_bytes ?? 0 });
    days.set(day, plusUsage(days.get(day) ?? directedUsage(NOTHING), bytes));
  }
  return days;
}
