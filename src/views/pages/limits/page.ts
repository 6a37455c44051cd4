import { minuteText } from '../../../domain/calendar.ts';
import type { LimitReason } from '../../../domain/people/limits/limit.ts';
import { actionText, reasonText } from '../../../domain/people/limits/words.ts';
import { type LimitRow, limitRows } from '../../rows/limits.ts';
import type { View } from '../../view.ts';
import { page, policyOf } from '../frame/frame.ts';
import { type Content, type Html, html } from '../frame/html.ts';
import { type FormGiven, handCard, setForm } from './form.ts';

/** Its form may only be sent to this server. */
export const LIMITS_POLICY = policyOf({ form: true });

/** What the page says was done, by the word in its address. */
const DONE: ReadonlyMap<unknown, string> = new Map([
  ['set', 'The limit is set. Routers are asked now; reload the page to see what became of it'],
  ['cleared', 'The limit is cleared. Routers are asked now; reload the page to see what became of it'],
]);

export interface LimitsPageParts {
  /** Why nothing can be limited; null if something can. */
  off: string | null;
  /** A word of its address. */
  done?: unknown;
  /** Why what was sent could not be done. */
  error?: string;
  given?: FormGiven;
}

const FRAME = { title: 'Limits', at: 'limits', self: 'limits' } as const;

/** The page at `/limits`: what holds, and a form for holders of a control token. It works without scripts. */
export function limitsPage(view: View, { off, done, error, given = {} }: LimitsPageParts): string {
  const said = DONE.get(done);
  const main = html`${error === undefined ? null : notice('error', error)}
${said === undefined ? null : notice('done', said)}
${off === null ? null : notice('', off)}
${holdsCard(view)}
${off === null ? [setForm(view, given), handCard(view)] : null}
<p class="quiet"><a href="audit?kind=limit">Audit of limits</a></p>`;
  return page(view, { ...FRAME, main });
}

/** A page that says nothing of the home: for requests that were not admitted. */
export const refusedPage = (why: string): string =>
  page(null, { ...FRAME, main: html`${notice('error', why)}<p><a href="?">Back to the limits</a></p>` });

const notice = (kind: string, text: string): Html =>
  html`<p class="notice ${kind}" role="${kind === 'error' ? 'alert' : 'status'}">${text}${/[.?!]$/.test(text) ? '' : '.'}</p>`;

function holdsCard(view: View): Html {
  const rows = limitRows(view);
  return html`<section class="card" aria-labelledby="holds">
<div class="top"><h2 id="holds">What holds</h2></div>
${rows.length === 0 ? html`<p class="quiet">Nothing is limited or allowed now.</p>` : table(rows, view)}
${troubles(view)}
</section>`;
}

const table = (rows: readonly LimitRow[], view: View): Html => html`<table class="limits stack">
<thead><tr><th scope="col">Of</th><th scope="col">Now</th></tr></thead>
<tbody>${rows.map((row) => tableRow(row, view))}</tbody>
</table>`;

function tableRow({ thing, title, effect, reasons, overruled, on }: LimitRow, view: View): Html {
  const why = reasons.map((reason) => html`<li>${reasonOf(reason, view)}</li>`);
  const aside = overruled.map((reason) => html`<li>put aside: ${reasonOf(reason, view)}</li>`);
  return html`<tr><th scope="row"><bdi>${title === '' ? thing.of : title}</bdi> <br><small>${title === '' ? null : thing.of}</small></th>
<td>${actionText(effect ?? { kind: 'allow' })}<ul class="on quiet">${why}${aside}${effect === null ? null : routers(on)}</ul></td></tr>`;
}

const reasonOf = (reason: LimitReason, { timezone }: View): string =>
  `${reasonText(reason, timezone)}${reason.since === null ? '' : `, since ${minuteText(reason.since, timezone)}`}`;

const routers = (on: LimitRow['on']): Content =>
  on.length === 0
    ? html`<li>not on any router</li>`
    : on.map(
        ({ router, state, why }) =>
          html`<li><span class="${state === 'active' ? 'ok' : state === 'waiting' ? 'state' : 'failed'}">${state}</span> on <bdi>${router}</bdi>${why === null ? null : `: ${why}`}</li>`,
      );

/** Routers that could not be asked, and what they answered besides. */
function troubles({ limits }: View): Html | null {
  const lines = (limits?.routers ?? []).flatMap(({ router, failure, notes }) =>
    [...(failure === null ? [] : [`it could not be asked: ${failure}`]), ...notes].map(
      (text) => html`<li><bdi>${router}</bdi>: ${text}</li>`,
    ),
  );
  return lines.length === 0 ? null : html`<ul class="on">${lines}</ul>`;
}
