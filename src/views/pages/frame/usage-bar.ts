import { directedUsage, figuresOf, type Traffic, type Used } from '../../../domain/traffic.ts';
import { type Html, html } from './html.ts';

/** The bytes of a row, relative to the row with the most. */
export function usageBar(month: Traffic | Used, most: number): Html {
  const { download, upload, total } = figuresOf('total' in month ? month : directedUsage(month));
  const share = (bytes: number) => ((bytes / most) * 100).toFixed(2);
  const directed = (download ?? 0) + (upload ?? 0);
  const [x, width] = [share(download ?? 0), share(upload ?? 0)];
  const both = total > directed ? html`<rect class="both" x="${share(directed)}" width="${share(total - directed)}" height="4"/>` : null;
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="idle" width="100" height="4"/><rect class="down" width="${x}" height="4"/><rect class="up" x="${x}" width="${width}" height="4"/>${both}</svg>`;
}
