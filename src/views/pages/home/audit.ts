import { DAY_MS, instantText } from '../../../domain/calendar.ts';
import type { AuditKind } from '../../../ledger/books.ts';
import type { AuditLine } from '../../api-v1/audit.ts';
import type { QueryParameters } from '../../api-v1/query.ts';
import { meaningOf } from '../../audit-words.ts';
import { bytesIn, formatAge } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';

/** Kinds worth showing. Not the resets of phones that come and go, and nothing that the user did. */
const NOTABLE = ['rejected', 'gap', 'clock', 'machine', 'full', 'skipped', 'restore'] as const satisfies readonly AuditKind[];

const WEEK_MS = 7 * DAY_MS;
const SHOWN = 4;

/** The query for the rows of the card. */
export const lateAuditQuery = ({ now }: Pick<View, 'now'>): QueryParameters => ({
  kind: NOTABLE.join(','),
  from: instantText(now - WEEK_MS),
  limit: '500',
});

/** The notable rows of the last week, similar ones grouped in one line; null if there are none. */
export function auditCard(view: Pick<View, 'now' | 'units'>, rows: readonly AuditLine[]): Html | null {
  if (rows.length === 0) return null;
  const groups = alike(rows);
  return html`<section class="card" aria-labelledby="lately">
<div class="top"><h2 id="lately">This week in the audit log</h2><p class="quiet"><a href="audit">All audit rows</a></p></div>
<ul class="lately">${groups.slice(0, SHOWN).map((group) => line(view, group))}</ul>
${groups.length > SHOWN ? html`<p class="quiet"><a href="${link('audit', { kind: NOTABLE.join(',') })}">and ${groups.length - SHOWN} more, of other kinds or routers</a></p>` : null}
</section>`;
}

/** Groups rows by kind and router, the newest first. */
function alike(rows: readonly AuditLine[]): AuditLine[][] {
  const groups = new Map<string, AuditLine[]>();
  for (const row of rows) {
    const key = `${row.kind}\n${row.router}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function line({ now, units }: Pick<View, 'now' | 'units'>, [last, ...others]: readonly AuditLine[]): Html | null {
  if (last === undefined) return null;
  const bytes = last.total_bytes;
  const refused = last.outcome === 'refused' && bytes > 0 ? `, ${bytesIn(units)(bytes)} not counted` : '';
  const subject = last.router === null ? null : html` <bdi>${last.what}</bdi> at <bdi>${last.router}</bdi>${refused}.`;
  const times = others.length === 0 ? '' : `, the last of ${others.length + 1}`;
  return html`<li><strong>${meaningOf(last.kind).title}:</strong>${subject} <bdi>${last.why}</bdi>. <small>${formatAge(now - Date.parse(last.at))}${times}</small></li>`;
}
