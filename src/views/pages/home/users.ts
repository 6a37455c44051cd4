import { OTHERS } from '../../../domain/people/user.ts';
import { userRows } from '../../rows/users.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { userTable } from '../users/table.ts';

const SHOWN = 10;

/** What each user's devices have used in the current month, and the rest; null where the configuration names no users. */
export function usersCard(view: View): Html | null {
  const rows = userRows(view);
  if (rows.length === 0) return null;
  const others = rows.filter(({ name }) => name === OTHERS);
  const most = Math.max(1, ...rows.map((row) => row.month.total));
  // Others come last, and are always shown, so that the rows are the whole unless there are more users.
  const shown = rows.length > SHOWN ? [...rows.slice(0, SHOWN - others.length), ...others] : rows;
  return html`<section class="card" aria-labelledby="people">
<div class="top"><h2 id="people">Users this month</h2></div>
${userTable(view, shown, most)}
${shown.length < rows.length ? html`<p class="more"><a href="users">All ${rows.length - others.length} users</a></p>` : null}
</section>`;
}
