import { type HandLimit, keyOfThing } from '../../../domain/people/limits/limit.ts';
import { decisionText } from '../../../domain/people/limits/words.ts';
import { titlesOfThings } from '../../rows/limits.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { choices } from './things.ts';

/** The fields of the form, and what its buttons are called. */
export const FORM_FIELDS = ['of', 'action', 'rate', 'for', 'until', 'token', 'clear'] as const;
export type FormGiven = { [K in (typeof FORM_FIELDS)[number]]?: string | undefined };

const ACTIONS = [
  ['pause', 'Pause'],
  ['slow', 'Slow down'],
  ['allow', 'Allow'],
] as const;

/** `end of the day`: the next midnight. */
const ENDS = [
  ['', 'It is cleared'],
  ['1h', '1 hour from now'],
  ['2h', '2 hours from now'],
  ['day', 'The end of the day'],
] as const;

/** The form that sets a limit. `given`: what was sent last, if it could not be done. The token is never shown again. */
export function setForm(view: View, given: FormGiven): Html {
  const things = choices(view);
  const more = things.reduce((sum, each) => sum + each.more, 0);
  return html`<section class="card" aria-labelledby="set">
<div class="top"><h2 id="set">Set a limit</h2></div>
<form id="change" method="post" action="?">
<div class="fields">
<p><label for="of">Of</label><select id="of" name="of">${things.map(
    ({ title, list }) => html`<optgroup label="${title}">${list.map(({ value, text }) => option(value, text, given.of))}</optgroup>`,
  )}</select>${more === 0 ? null : html`<small>${more} more: use the command or the API</small>`}</p>
<p><label for="action">Action</label><select id="action" name="action">${ACTIONS.map(([value, text]) => option(value, text, given.action))}</select><small>Allow puts quotas and schedules aside</small></p>
<p><label for="rate">Rate, only to slow down</label><input id="rate" name="rate" maxlength="20" placeholder="2Mbit" autocomplete="off" value="${given.rate ?? ''}"></p>
<p><label for="for">Until</label><select id="for" name="for">${ENDS.map(([value, text]) => option(value, text, given.for))}</select></p>
<p><label for="until">Or until this time</label><input id="until" name="until" type="time" value="${given.until ?? ''}"><small>The next such time, ${view.timezone}</small></p>
<p><label for="token">Token of scope control</label><input id="token" name="token" type="password" maxlength="64" autocomplete="off" required></p>
</div>
<button class="main-button">Set</button>
</form>
</section>`;
}

const option = (value: string, text: string, chosen: string | undefined): Html =>
  value === chosen ? html`<option value="${value}" selected>${text}</option>` : html`<option value="${value}">${text}</option>`;

/** What people set and is not over, each with a button that clears it; null where there is nothing. The buttons belong to the form above. */
export function handCard(view: View): Html | null {
  const hand = (view.limits?.hand ?? []).filter(({ until }) => until === null || until > view.now);
  if (hand.length === 0) return null;
  const titles = titlesOfThings(view, hand);
  return html`<section class="card" aria-labelledby="hand">
<div class="top"><h2 id="hand">Set by hand</h2></div>
<table>
<thead><tr><th scope="col">Of</th><th scope="col" class="n">Clear</th></tr></thead>
<tbody>${hand.map((limit) => handRow(view, limit, titles.get(keyOfThing(limit)) || limit.of))}</tbody>
</table>
<p class="more quiet">To clear one, enter the token above and press its button.</p>
</section>`;
}

function handRow(view: View, limit: HandLimit, name: string): Html {
  return html`<tr><th scope="row"><bdi>${name}</bdi><br><small>${decisionText(limit, view.timezone)}</small></th>
<td class="n"><button form="change" name="clear" value="${limit.number}" aria-label="Clear the limit of ${name}">Clear</button></td></tr>`;
}
