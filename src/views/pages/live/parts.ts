import type { View } from '../../view.ts';
import { type Content, type Html, html } from '../frame/html.ts';

/** What browser/live.js fills in. Where scripts are off the style leaves it out; where live is off, there is nothing. */
type LiveView = Pick<View, 'watchable'>;

/** Ids of what has a rate, as browser/rates.js knows them. */
export const rateId = {
  device: ({ mac }: { mac: string }) => `device:${mac}`,
  uplink: (of: { router: string; interface: string }) => `uplink:${of.router}/${of.interface}`,
  peer: (of: { router: string; interface: string; publicKey: string }) => `peer:${of.router}/${of.interface}/${of.publicKey}`,
};

/** What live has to say of itself, and of routers: of one alone if it is given. */
const state = (router?: string): Html =>
  html`<p class="quiet live-state" role="status" data-live="state"${router === undefined ? null : html` data-router="${router}"`}></p>`;

/** A card with the rate of one thing now, and a moving chart. `router`: where alone it is counted; `more`: what is below them. */
export function nowCard(
  { watchable = false }: LiveView,
  id: string,
  { router, more = null }: { router?: string; more?: Content } = {},
): Html | null {
  if (!watchable) return null;
  return html`<section class="card live" aria-labelledby="now" data-now="${id}">
<div class="top"><h2 id="now">Now</h2>${state(router)}</div>
<dl class="figures rates"><div class="download"><dt>Download</dt><dd data-figure="download">–</dd></div><div class="upload"><dt>Upload</dt><dd data-figure="upload">–</dd></div><div class="all" hidden><dt>Both directions</dt><dd data-figure="undirected">–</dd></div></dl>
<figure class="days moving"><svg viewBox="0 0 300 100" preserveAspectRatio="none" aria-hidden="true"></svg>
<figcaption><span>5 minutes ago</span><span data-live="most"></span><span>now</span></figcaption></figure>
${more}
</section>`;
}

/** Rows of the busiest devices: they are there before the rates, so that nothing moves when these come. */
const BUSIEST = Array.from({ length: 5 }, () => html`<tr><th scope="row"><bdi></bdi></th><td class="n"></td></tr>`);

/** The card of the home: also who moves the most, who came and who went. */
export const homeNowCard = (view: LiveView): Html | null =>
  nowCard(view, 'home', {
    more: html`<div class="busiest"><table><thead><tr><th scope="col">Busiest devices</th><th scope="col" class="n">Down and up</th></tr></thead><tbody data-live="busiest">${BUSIEST}</tbody></table></div>
<h3 class="more">Came and went</h3>
<div role="log"><ul class="on comings" data-live="comings" data-empty="">
<li class="quiet">Nobody since this page was opened</li>
</ul></div>`,
  });

/** The same on a page with a column of rates. */
export const liveState = ({ watchable = false }: LiveView): Html | null => (watchable ? html`<div class="live">${state()}</div>` : null);

/** The heading of a column of rates, and a cell of it; `id`: null where it has none to show. */
export const rateHead = ({ watchable = false }: LiveView): Html | null =>
  watchable ? html`<th scope="col" class="n live">Now</th>` : null;
export const rateCell = ({ watchable = false }: LiveView, id: string | null): Html | null =>
  watchable ? html`<td class="n live"${id === null ? null : html` data-rate="${id}"`}></td>` : null;
