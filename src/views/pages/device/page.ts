import { startOfDay } from '../../../domain/calendar.ts';
import type { AuditKind } from '../../../ledger/books.ts';
import type { AuditRecord } from '../../../ledger/storage/read-audit.ts';
import type { QueryParameters } from '../../api-v1/query.ts';
import { nothingOf } from '../../rows/periods.ts';
import type { View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { heatMap } from '../frame/heat-map.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { tariffLine } from '../frame/tariff-line.ts';
import { PERIODS, usageCard } from '../frame/usage-card.ts';
import { nowCard, rateId } from '../live/parts.ts';
import type { PageReader } from '../reader.ts';
import { factsCard, placesCard } from './facts.ts';
import { type FoundDevice, findDevice } from './find.ts';
import { MOST_NOTABLE, marksOf, notableCard } from './notable.ts';
import { weekHours, weekSpan } from './week.ts';

/** The page at `/device`. Of a private device it has months only. Throws a RequestError where the query is wrong, or a LedgerError. */
export async function devicePage(view: View, query: QueryParameters, read: PageReader): Promise<string> {
  const device = findDevice(view, query);
  const { row } = device;
  const rows = row.isPrivate ? [] : await notableRows(view, device, read);
  const main = html`${row.isPrivate ? null : nowCard(view, rateId.device(row))}
${await monthCard(view, device, rows, read)}
${row.isPrivate ? null : await weekCard(view, device, read)}
<div class="two">
${factsCard(view, row)}
${placesCard(view, row, device.places)}
</div>
${notableCard(view, rows)}`;
  return page(view, { title: row.name, at: 'devices', self: link('device', { mac: row.mac }), main });
}

async function monthCard(view: View, { accounts, row }: FoundDevice, rows: readonly AuditRecord[], read: PageReader): Promise<Html> {
  const month = view.months.home;
  const periods = read.periods(view, PERIODS);
  return usageCard(view, {
    month,
    used: row.month,
    total: row.total,
    days: row.isPrivate ? null : await read.used(accounts, { by: 'day', from: month.start, to: month.end }),
    marks: marksOf(rows, view.timezone),
    periods,
    months: await read.used(accounts, { by: 'period', periods }),
    nothing: nothingOf(accounts),
    more: row.isPrivate ? null : tariffLine(view, accounts),
  });
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
