import { dayOf, dayText, startOfDay } from '../../../domain/calendar.ts';
import type { AuditKind } from '../../../ledger/books.ts';
import type { AuditRecord } from '../../../ledger/storage/read-audit.ts';
import type { QueryParameters } from '../../api-v1/query.ts';
import { bytesIn } from '../../format.ts';
import { nothingOf } from '../../rows/periods.ts';
import type { View } from '../../view.ts';
import { dayBars, periodBars } from '../frame/bar-rows.ts';
import { barChart } from '../frame/bars.ts';
import { figures } from '../frame/figures.ts';
import { page } from '../frame/frame.ts';
import { heatMap } from '../frame/heat-map.ts';
import { type Content, type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import type { PageReader } from '../reader.ts';
import { factsCard, placesCard } from './facts.ts';
import { type FoundDevice, findDevice } from './find.ts';
import { MOST_NOTABLE, marksOf, notableCard } from './notable.ts';
import { weekHours, weekSpan } from './week.ts';

const PERIODS = 13;

/** The page at `/device`. Of a private device it has months only. Throws a RequestError where the query is wrong, or a LedgerError. */
export async function devicePage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const device = findDevice(view, query);
  const { row } = device;
  const rows = row.isPrivate ? [] : await notableRows(view, device, read);
  const main = html`${await monthCard(view, device, rows, read)}
${row.isPrivate ? null : await weekCard(view, device, read)}
<div class="two">
${factsCard(view, row)}
${placesCard(view, row, device.places)}
</div>
${notableCard(view, rows)}`;
  return page(view, { title: row.name, at: 'devices', self: link('device', { mac: row.mac }), main });
}

async function monthCard(view: View, device: FoundDevice, rows: readonly AuditRecord[], read: PageReader): Promise<Html> {
  const { accounts, row } = device;
  const { home } = view.months;
  const periods = await read.periods(PERIODS);
  const months = await read.used(accounts, { by: 'period', periods });
  const nothing = nothingOf(accounts);
  return html`<section class="card" aria-labelledby="month">
<div class="top"><h2 id="month">This month</h2><p class="quiet">since ${dayText(home.start)} · ${bytesIn(view.units)(row.total.total)} in all</p></div>
${figures(view, row.month)}
${tariffLine(view, accounts)}
${row.isPrivate ? html`<p class="quiet">The device is private: only months are shown.</p>` : await days(view, device, rows, read)}
<h3 class="more">By month</h3>
${barChart(view, 'Bytes of the last billing periods', 'Month', periodBars(periods, months, nothing)) ?? html`<p class="quiet">Nothing was counted in the last ${PERIODS} months.</p>`}
</section>`;
}

async function days(view: View, { accounts }: FoundDevice, rows: readonly AuditRecord[], read: PageReader): Promise<Content> {
  const month = view.months.home;
  const used = await read.used(accounts, { by: 'day', from: month.start, to: month.end });
  const marks = marksOf(rows, view.timezone);
  const bars = dayBars(month, dayOf(view.now, view.timezone), used, nothingOf(accounts), marks);
  return barChart(view, 'Bytes of each day of this month', 'Day', bars);
}

async function weekCard(view: View, { accounts }: FoundDevice, read: PageReader): Promise<Html | null> {
  const { now, timezone } = view;
  const used = await read.used(accounts, { by: 'hour', ...weekSpan(now, timezone) });
  const map = heatMap(view, weekHours(used, now, timezone));
  if (map === null) return null;
  return html`<section class="card" aria-labelledby="week">
<div class="top"><h2 id="week">When it is used</h2><p class="quiet">bytes of the last four weeks by weekday and hour</p></div>
${map}
</section>`;
}

/** Kinds of row that say why bytes of a day may be missing, or be of another. */
const NOTABLE = ['reset', 'dip', 'wrap', 'rejected', 'gap'] as const satisfies readonly AuditKind[];

/** Rows of its own counters in this month, and gaps of the routers that counted it in this month; the newest first. */
async function notableRows({ months, timezone }: View, { row, places }: FoundDevice, read: PageReader): Promise<AuditRecord[]> {
  const span = { from: startOfDay(months.home.start, timezone) };
  const own = await read.audit({ ...span, kinds: NOTABLE, macs: row.macs }, MOST_NOTABLE);
  const there = places.filter(({ lastSeen }) => lastSeen >= span.from);
  const routers = [...new Set(there.map(({ router }) => router))];
  const gaps = await Promise.all(routers.map((router) => read.audit({ ...span, kinds: ['gap'], router }, MOST_NOTABLE)));
  const isOfPlace = ({ router, source, counter }: AuditRecord) =>
    counter === '' && there.some((place) => place.router === router && `${place.kind}s` === source);
  return [...own, ...gaps.flat().filter(isOfPlace)].sort((a, b) => b.id - a.id).slice(0, MOST_NOTABLE);
}
