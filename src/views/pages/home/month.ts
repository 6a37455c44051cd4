import { type Day, dayNumber, dayOf } from '../../../domain/calendar.ts';
import { directedUsage, NOTHING, plusUsage, type Used } from '../../../domain/traffic.ts';
import type { UsageAnswer } from '../../api-v1/usage.ts';
import { bytesIn } from '../../format.ts';
import { homeAccounts } from '../../rows/periods.ts';
import { homeRows, homeTraffic, type WanRow, wanRows } from '../../rows/wan.ts';
import type { View } from '../../view.ts';
import { dayBars } from '../frame/bar-rows.ts';
import { barChart } from '../frame/bars.ts';
import { figures } from '../frame/figures.ts';
import { type Html, html } from '../frame/html.ts';
import { shortDate } from '../frame/short-date.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import { hostsLines } from './reconciliation.ts';

/** What the home used in the current billing period, with a column per day. */
export function monthCard(view: View, days: UsageAnswer | null): Html {
  const rows = wanRows(view);
  const { month } = homeTraffic(rows);
  const { home } = view.months;
  const today = dayOf(view.now, view.timezone);
  const size = bytesIn(view.units);
  return html`<section class="card" aria-labelledby="month">
<div class="top"><h2 id="month">This month so far</h2><p class="quiet">${shortDate(home.start)} to ${shortDate(home.end - 1)}, day ${today - home.start + 1} of ${home.end - home.start}</p></div>
${figures(view, directedUsage(month))}
${tariffLine(view, homeAccounts(view.books).accounts)}
${hostsLines(view)}
${days === null ? null : barChart(view, 'Bytes of each day of this month', 'Day', dayBars(home, today, bytesByDay(rows, days), directedUsage(NOTHING)))}
${rows.length > 1 || rows.some((row) => row.up === false) ? uplinks(rows, size) : null}
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

/** Bytes as text. */
type Size = (bytes: number) => string;

/** Uplinks in the table: a router may list any number. */
const SHOWN = 10;

function uplinks(rows: readonly WanRow[], size: Size): Html {
  return html`<table class="more"><caption class="hidden">Uplinks</caption>
<thead><tr><th scope="col">Uplink</th><th scope="col">State</th><th scope="col" class="n">Download</th><th scope="col" class="n">Upload</th></tr></thead>
<tbody>${rows.slice(0, SHOWN).map(
    (
      row,
    ) => html`<tr><th scope="row"><bdi>${row.interface}</bdi> <small>at <bdi>${row.router}</bdi>${row.overlay ? ', inside another uplink' : ''}</small></th>
<td>${row.up === null ? html`<span class="quiet">unknown</span>` : row.up ? html`<span class="ok">up</span>` : html`<span class="failed">down</span>`}</td>
<td class="n">${size(row.month.download)}</td><td class="n">${size(row.month.upload)}</td></tr>`,
  )}</tbody></table>
${rows.length > SHOWN ? html`<p class="more"><a href="api/v1/wan">All ${rows.length} uplinks</a></p>` : null}`;
}
