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

/** `12.3 GiB down, 1.20 GiB up`, and all bytes where some have no direction. */
export function usedWords(used: Used, size: (bytes: number) => string): string {
  const { download, upload, total } = figuresOf(used);
  if (download === null || upload === null) return size(total);
  const directed = `${size(download)} down, ${size(upload)} up`;
  return total > download + upload ? `${directed}, ${size(total)} in all` : directed;
}

function figure(name: string, size: string, className: string): Html {
  const [value = '', unit = ''] = size.split(' ');
  return html`<div class="${className}"><dt>${name}</dt><dd>${value} <small>${unit}</small></dd></div>`;
}
