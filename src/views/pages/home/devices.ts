import { directedUsage, figuresOf, type Traffic, type Used } from '../../../domain/traffic.ts';
import { bytesIn, formatAge, knownIn } from '../../format.ts';
import { type DeviceRow, deviceRows, type OnAir } from '../../rows/devices.ts';
import type { View } from '../../view.ts';
import { type Content, type Html, html } from '../frame/html.ts';

const SHOWN = 10;

/** The devices with the most bytes in the current month. */
export function devicesCard(view: View): Html {
  const rows = deviceRows(view);
  const most = Math.max(1, ...rows.slice(0, 1).map((row) => row.month.total));
  return html`<section class="card" aria-labelledby="devices">
<div class="top"><h2 id="devices">Devices this month</h2><p class="quiet">${rows.filter((row) => row.onAir.length > 0).length} on the air, ${rows.length} known</p></div>
${rows.length === 0 ? html`<p class="quiet">No device has been seen on the air yet.</p>` : table(view, rows.slice(0, SHOWN), most)}
${rows.length > SHOWN ? html`<p class="more"><a href="api/v1/devices">All ${rows.length} devices</a></p>` : null}
</section>`;
}

function table(view: View, rows: readonly DeviceRow[], most: number): Html {
  return html`<table>
<thead><tr><th scope="col">Device</th><th scope="col" class="n">Download</th><th scope="col" class="n">Upload</th><th scope="col" class="n">Total</th></tr></thead>
<tbody>${rows.map((row) => tableRow(view, row, most))}</tbody>
</table>`;
}

function tableRow(view: View, row: DeviceRow, most: number): Html {
  const [size, known] = [bytesIn(view.units), knownIn(view.units)];
  const ip = row.ips[0] === undefined ? null : html`<span class="ip"> · ${row.ips[0]}</span>`;
  const { download, upload, total } = figuresOf(row.month);
  const user = row.user === null ? null : html` · <bdi>${row.user}</bdi>`;
  return html`<tr><th scope="row"><bdi title="${row.mac}">${row.name}</bdi>${bar(row, most)}<small>${where(view, row)}${ip}${user}</small></th>
<td class="n">${known(download)}</td><td class="n">${known(upload)}</td><td class="n">${size(total)}</td></tr>`;
}

function where(view: View, { onAir, lastSeen }: DeviceRow): Content {
  if (lastSeen === null) return 'private';
  const [air] = [...onAir].sort((a, b) => (b.signal ?? -200) - (a.signal ?? -200));
  if (air === undefined) return `seen ${formatAge(view.now - lastSeen)}`;
  return html`${signal(air)}<bdi>${air.router}</bdi>${band(air)}`;
}

function band({ frequency }: OnAir): string {
  if (frequency === null) return '';
  return frequency < 3000 ? ' 2.4 GHz' : frequency < 5950 ? ' 5 GHz' : ' 6 GHz';
}

/** Four bars as on a phone. */
function signal({ signal: dbm }: OnAir): Html {
  const full = dbm === null ? 0 : dbm >= -55 ? 4 : dbm >= -65 ? 3 : dbm >= -75 ? 2 : 1;
  const columns = [1, 2, 3, 4].map((n) => {
    const height = n * 3;
    return html`<rect${n <= full ? '' : html` class="idle"`} x="${(n - 1) * 4}" y="${12 - height}" width="2.6" height="${height}" rx="0.6"/>`;
  });
  return html`<svg class="signal" viewBox="0 0 15 12" role="img" aria-label="on the air${dbm === null ? '' : `, ${dbm} dBm`}:"><title>${dbm === null ? 'on the air' : `${dbm} dBm`}</title>${columns}</svg>`;
}

/** The bytes of a row, relative to the row with the most. */
export function bar({ month }: { month: Traffic | Used }, most: number): Html {
  const { download, upload, total } = figuresOf('total' in month ? month : directedUsage(month));
  const share = (bytes: number) => ((bytes / most) * 100).toFixed(2);
  const directed = (download ?? 0) + (upload ?? 0);
  const [x, width] = [share(download ?? 0), share(upload ?? 0)];
  const both = total > directed ? html`<rect class="both" x="${share(directed)}" width="${share(total - directed)}" height="4"/>` : null;
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="idle" width="100" height="4"/><rect class="down" width="${x}" height="4"/><rect class="up" x="${x}" width="${width}" height="4"/>${both}</svg>`;
}
