import { figuresOf, type Used } from '../../../domain/traffic.ts';
import { bytesIn } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from './html.ts';

/** Large figures: download and upload; a total where some bytes have no direction. */
export function figures({ units }: Pick<View, 'units'>, used: Used): Html {
  const size = bytesIn(units);
  const { download, upload, undirected, total } = figuresOf(used);
  return html`<dl class="figures">${download === null ? null : figure('Download', size(download), 'download')}${upload === null ? null : figure('Upload', size(upload), 'upload')}${undirected === null && download !== null ? null : figure('Total', size(total), 'all')}</dl>`;
}

function figure(name: string, size: string, className: string): Html {
  const [value = '', unit = ''] = size.split(' ');
  return html`<div class="${className}"><dt>${name}</dt><dd>${value} <small>${unit}</small></dd></div>`;
}
