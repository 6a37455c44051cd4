import type { System } from '../../../domain/observation.ts';
import { isUp, type RouterStatus, remedyOf, type SourceFailure, type SourceStatus } from '../../../domain/status.ts';
import { FAILURE_WORDS } from '../../failure-words.ts';
import { formatAge, formatSeconds } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';

/** Whether all of its sources were read in the last round. */
export const isWell = ({ up, sources }: RouterStatus): boolean => up && [...sources.values()].every(({ error }) => error === null);

/** Addresses of a router, without the paths of its scripts. */
export const placesOf = ({ addresses }: Pick<RouterStatus, 'addresses'>): string[] => [
  ...new Set(addresses.map((address) => (URL.canParse(address) ? new URL(address).origin : address))),
];

/** A router, with the results of its sources in the last round and what to do about them. `id`: of its heading. */
export function routerCard(view: View, router: RouterStatus, id: string): Html {
  const sources = [...router.sources.values()];
  return html`<article class="card" aria-labelledby="${id}">
<div class="top"><h2 id="${id}"><a href="${link('router', { name: router.name })}"><bdi>${router.name}</bdi></a></h2>${state(view, router, sources)}</div>
<p class="quiet">${about(view, router)}</p>
<table>
<thead><tr><th scope="col">Source</th><th scope="col">Last result</th><th scope="col" class="n">When</th><th scope="col" class="n">Took</th></tr></thead>
<tbody>${alike(sources).map((same) => rows(view, router, same))}</tbody>
</table>
</article>`;
}

/** Sources with the same failure are shown together: usually they were one request. */
function alike(sources: readonly SourceStatus[]): SourceStatus[][] {
  const groups = new Map<string, SourceStatus[]>();
  for (const source of sources) {
    const { error } = source;
    const key = error === null ? source.source : `${error.reason}\n${error.message}`;
    groups.set(key, [...(groups.get(key) ?? []), source]);
  }
  return [...groups.values()];
}

function state({ wallClock }: View, router: RouterStatus, sources: readonly SourceStatus[]): Html {
  const tried = sources.some((source) => source.lastTried !== null);
  const failed = sources.filter((source) => source.error !== null).length;
  if (!tried) return html`<p class="state quiet">not read yet</p>`;
  if (!router.up) return html`<p class="state failed">no answer</p>`;
  if (failed === 0 && !isUp(router, wallClock)) return html`<p class="state quiet">not read lately</p>`;
  return failed === 0 ? html`<p class="state ok">all ok</p>` : html`<p class="state failed">${failed} of ${sources.length} failed</p>`;
}

function about({ now }: View, router: RouterStatus): Html {
  const { system } = router;
  const place = html`<bdi>${placesOf(router).join(', ')}</bdi>`;
  if (system === null) return place;
  const started = now - (system.time - system.uptime) * 1000;
  return html`<bdi>${system.model}</bdi>, <bdi>${system.release}</bdi><br>${place}, started ${formatAge(started)}${offload(system.flowOffload)}`;
}

/** Shown because offloaded packets bypass some counters. */
function offload(found: System['flowOffload']): string {
  return found?.hardware ? ', hardware flow offloading' : found?.software ? ', software flow offloading' : '';
}

function rows(view: View, router: RouterStatus, same: readonly SourceStatus[]): Html | null {
  const [first] = same;
  if (first === undefined) return null;
  const { error, lastTried, duration } = first;
  return html`<tr><th scope="row">${same.map(({ source }) => source).join(', ')}</th><td class="result">${result(first)}</td>
<td class="n">${lastTried === null ? null : formatAge(view.now - lastTried)}</td><td class="n">${lastTried === null ? null : formatSeconds(duration)}</td></tr>
${error === null ? null : failure(view, router, first, error)}`;
}

function result({ error, lastTried, skipped }: SourceStatus): Html {
  if (lastTried === null) return html`<span class="quiet">not read yet</span>`;
  if (error !== null) return html`<span class="failed">failed</span>`;
  return html`<span class="ok">ok</span>${skipped > 0 ? html` <small>${skipped} lines skipped</small>` : null}`;
}

function failure(view: View, router: RouterStatus, { source, lastSuccess }: SourceStatus, error: SourceFailure): Html {
  const [what, todo] = [FAILURE_WORDS[error.reason], remedyOf(router, source, error)];
  const last = lastSuccess === null ? '' : ` Last read ${formatAge(view.now - lastSuccess)}.`;
  return html`<tr class="todo"><td colspan="4"><p><strong>${what}.</strong> ${todo}${last}<br><small>${error.message}</small></p></td></tr>`;
}
