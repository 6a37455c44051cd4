import { figuresOf } from '../../../domain/traffic.ts';
import { bytesIn, knownIn } from '../../format.ts';
import type { DeviceRow } from '../../rows/devices.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { usageBar } from '../frame/usage-bar.ts';
import { rateCell, rateHead, rateId } from '../live/parts.ts';
import { whereabouts } from './air.ts';

type TableView = Pick<View, 'now' | 'units' | 'watchable'>;

/** A table of devices, each of which leads to its page. `most`: the longest bar. */
export function deviceTable(view: TableView, rows: readonly DeviceRow[], most: number): Html {
  return html`<table${view.watchable ? html` class="stack"` : null}>
<thead><tr><th scope="col">Device</th><th scope="col" class="n wide">Download</th><th scope="col" class="n wide">Upload</th><th scope="col" class="n">Total</th>${rateHead(view)}</tr></thead>
<tbody>${rows.map((row) => tableRow(view, row, most))}</tbody>
</table>`;
}

function tableRow(view: TableView, row: DeviceRow, most: number): Html {
  const [size, known] = [bytesIn(view.units), knownIn(view.units)];
  const ip = row.ips[0] === undefined ? null : html`<span class="ip"> · ${row.ips[0]}</span>`;
  const { download, upload, total } = figuresOf(row.month);
  const user = row.userTitle === null ? null : html` · <bdi>${row.userTitle}</bdi>`;
  return html`<tr><th scope="row"><a href="${link('device', { mac: row.mac })}"><bdi title="${row.mac}">${row.name}</bdi></a>${usageBar(row.month, most)}<small>${whereabouts(view, row)}${ip}${user}</small></th>
<td class="n wide">${known(download)}</td><td class="n wide">${known(upload)}</td><td class="n">${size(total)}</td>${rateCell(view, row.isPrivate ? null : rateId.device(row))}</tr>`;
}
