import { quote } from '../../../errors.ts';
import { bad } from '../../api-v1/query.ts';
import { type Html, html } from './html.ts';

/** The number of a page, from 1. Throws a RequestError. */
export function pageNumber(text = '1'): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw bad(`"page" is ${quote(text)}: use a whole number from 1`);
}

/** Links to the page before and the next one; null for a single page. */
export function pager(at: number, pages: number, address: (page: number) => string): Html | null {
  if (pages <= 1) return null;
  return html`<nav class="pager" aria-label="More pages">${at > 1 ? html`<a href="${address(at - 1)}" rel="prev">Previous page</a>` : null}<span class="quiet">Page ${at} of ${pages}</span>${at < pages ? html`<a href="${address(at + 1)}" rel="next">Next page</a>` : null}</nav>`;
}
