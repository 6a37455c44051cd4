import { total } from '../../../domain/traffic.ts';
import { bytesIn } from '../../format.ts';
import type { WanRow } from '../../rows/wan.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';
import { rateCell, rateHead, rateId } from '../live/parts.ts';

/** A table of uplinks, each of which leads to its page. */
export const uplinkTable = (
  view: Pick<View, 'units' | 'watchable'>,
  rows: readonly WanRow[],
): Html => html`<table class="more stack"><caption class="hidden">Uplinks</caption>
<thead><tr><th scope="col">Uplink</th><th scope="col">State</th><th scope="col" class="n wide">Download</th><th scope="col" class="n wide">Upload</th><th scope="col" class="n">Total</th>${rateHead(view)}</tr></thead>
<tbody>${rows.map((row) => tableRow(view, row))}</tbody></table>`;

function tableRow(view: Pick<View, 'units' | 'watchable'>, row: WanRow): Html {
  const size = bytesIn(view.units);
  return html`<tr><th scope="row"><a href="${uplinkAddress(row)}"><bdi>${row.interface}</bdi></a> <small>at <bdi>${row.router}</bdi>${row.overlay ? ', inside another uplink' : ''}</small></th>
<td>${uplinkState(row)}</td><td class="n wide">${size(row.month.download)}</td><td class="n wide">${size(row.month.upload)}</td><td class="n">${size(total(row.month))}</td>${rateCell(view, rateId.uplink(row))}</tr>`;
}

/** The address of an uplink's page. */
export const uplinkAddress = ({ router, interface: name }: Pick<WanRow, 'router' | 'interface'>): string =>
  link('uplink', { router, interface: name });

export const uplinkState = ({ up }: WanRow): Html =>
  up === null ? html`<span class="quiet">unknown</span>` : up ? html`<span class="ok">up</span>` : html`<span class="failed">down</span>`;
