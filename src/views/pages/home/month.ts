import { type Day, dayNumber, dayOf, type Month } from '../../../domain/calendar.ts';
import { NOTHING, plus, type Traffic, total } from '../../../domain/traffic.ts';
import type { UsageAnswer } from '../../api-v1/usage.ts';
import { bytesIn } from '../../format.ts';
import { homeAccounts } from '../../rows/periods.ts';
import { monthParts } from '../../rows/tariffs.ts';
import { homeRows, homeTraffic, type WanRow, wanRows } from '../../rows/wan.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { shortDate } from '../frame/short-date.ts';
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
<dl class="figures">${figure('Download', size(month.download), 'download')}${figure('Upload', size(month.upload), 'upload')}</dl>
${tariffLine(view)}
${hostsLines(view)}
${days === null ? null : chart(home, today, bytesByDay(rows, days), size)}
${rows.length > 1 || rows.some((row) => row.up === false) ? uplinks(rows, size) : null}
</section>`;
}

/** On- and off-peak; null without tariffs. */
function tariffLine(view: View): Html | null {
  const parts = monthParts(view, homeAccounts(view.books).accounts);
  if (parts.length < 2) return null;
  const words = parts.map(({ tariff, bytes }) => `${tariff.replaceAll('_', ' ')} ${bytesIn(view.units)(total(bytes))}`);
  return html`<p class="quiet">${words.join(' · ')}</p>`;
}

function figure(name: string, size: string, className: string): Html {
  const [value = '', unit = ''] = size.split(' ');
  return html`<div class="${className}"><dt>${name}</dt><dd>${value} <small>${unit}</small></dd></div>`;
}

/** The home's bytes by day, without uplinks that run inside others. */
function bytesByDay(rows: readonly WanRow[], { series }: UsageAnswer): Map<Day, Traffic> {
  const home = new Set(homeRows(rows).map((row) => `${row.router} ${row.interface}`));
  const own = series.filter(({ kind, router, interface: name }) => kind === 'wan' && home.has(`${router} ${name}`));
  const days = new Map<Day, Traffic>();
  for (const { start, download_bytes, upload_bytes } of own.flatMap(({ buckets }) => buckets)) {
    const [year = 0, month = 0, date = 0] = start.split('-').map(Number);
    const day = dayNumber(year, month, date);
    days.set(day, plus(days.get(day) ?? NOTHING, { download: download_bytes ?? 0, upload: upload_bytes ?? 0 }));
  }
  return days;
}

/** Bytes as text. */
type Size = (bytes: number) => string;

/** Uplinks in the table: a router may list any number. */
const SHOWN = 10;

const WIDTH = 10;
const HEIGHT = 100;

/** A column per day. Shapes are sized by attributes, because the page's policy forbids inline styles. */
function chart({ start, end }: Month, today: Day, days: ReadonlyMap<Day, Traffic>, size: Size): Html | null {
  const all = Array.from({ length: end - start }, (_, index) => ({ day: start + index, bytes: days.get(start + index) ?? NOTHING }));
  const busiest = all.reduce((a, b) => (total(b.bytes) > total(a.bytes) ? b : a));
  const most = total(busiest.bytes);
  if (most === 0) return null;
  return html`<figure class="days">
<svg viewBox="0 0 ${all.length * WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Bytes of each day. The busiest day is ${shortDate(busiest.day)} with ${size(most)}.">
${all.map(({ day, bytes }, index) => column(index, day, bytes, HEIGHT / most, day <= today, size))}
</svg>
<figcaption><span>${shortDate(start)}</span><span>Most on ${shortDate(busiest.day)}: ${size(most)}</span><span>${shortDate(end - 1)}</span></figcaption>
</figure>`;
}

function column(index: number, day: Day, bytes: Traffic, scale: number, past: boolean, size: Size): Html {
  const x = index * WIDTH;
  const down = bytes.download * scale;
  const up = bytes.upload * scale;
  if (!past || total(bytes) === 0) return html`<rect class="idle" x="${x + 1.5}" y="${HEIGHT - 2}" width="${WIDTH - 3}" height="2"/>`;
  return html`<g><title>${shortDate(day)}: ${size(bytes.download)} down, ${size(bytes.upload)} up</title>
<rect class="reach" x="${x}" y="0" width="${WIDTH}" height="${HEIGHT}"/>
<rect class="down" x="${x + 1.5}" y="${round(HEIGHT - down)}" width="${WIDTH - 3}" height="${round(down)}"/>
<rect class="up" x="${x + 1.5}" y="${round(HEIGHT - down - up)}" width="${WIDTH - 3}" height="${round(up)}"/></g>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

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
