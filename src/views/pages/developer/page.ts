import { apiIndex } from '../../openapi/openapi.ts';
import type { View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { html } from '../frame/html.ts';

/** Addresses for programs that are worth a look. */
const FIRST = [
  ['metrics', 'Metrics for Prometheus'],
  ['metrics/history', 'Days and billing periods for Prometheus'],
  ['api/v1/', 'The list of all addresses, as JSON'],
  ['api/v1/openapi.json', 'Their description, OpenAPI 3.1'],
  ['api/v1/devices', 'Devices'],
  ['api/v1/usage', 'Usage by day'],
  ['api.php?action=combined', 'The JSON of the older collectors'],
  ['-/healthy', 'Health'],
] as const;

/** The page at `/developer`: the only one with links to what programs read. */
export function developerPage(view: View): string {
  const { routes } = apiIndex(view.version);
  const main = html`<section class="card" aria-labelledby="first">
<div class="top"><h2 id="first">For programs</h2><p class="quiet">wrtmeter ${view.version}</p></div>
<ul class="lately">${FIRST.map(([href, name]) => html`<li><a href="${href}">${name}</a> <small>/${href}</small></li>`)}</ul>
</section>
<section class="card" aria-labelledby="all">
<div class="top"><h2 id="all">All addresses</h2></div>
<table>
<thead><tr><th scope="col">Address</th><th scope="col">What it does</th></tr></thead>
<tbody>${routes.map(
    ({ method, path, parameters, summary }) =>
      html`<tr><th scope="row"><code>${method} ${path}</code>${parameters.length === 0 ? null : html`<br><small>${parameters.join(', ')}</small>`}</th><td>${summary}</td></tr>`,
  )}</tbody>
</table>
</section>`;
  return page(view, { title: 'For developers', at: 'developer', self: 'developer', main });
}
