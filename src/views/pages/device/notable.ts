import { type Day, dayOf, minuteText } from '../../../domain/calendar.ts';
import { count } from '../../../errors.ts';
import type { AuditRecord } from '../../../ledger/storage/read-audit.ts';
import { auditLine } from '../../api-v1/audit.ts';
import { meaningOf } from '../../audit-words.ts';
import { bytesIn } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';

/** Rows that a page reads, and shows. */
export const MOST_NOTABLE = 500;
const SHOWN = 10;

/** What is marked on a day: how many resets, gaps and other rows it has. */
export function marksOf(rows: readonly AuditRecord[], timezone: string): Map<Day, string> {
  const days = new Map<Day, Map<string, number>>();
  for (const { at, kind } of rows) {
    const day = dayOf(at, timezone);
    const kinds = days.get(day) ?? new Map<string, number>();
    days.set(day, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
  }
  return new Map([...days].map(([day, kinds]) => [day, [...kinds].map(([kind, n]) => count(n, kind)).join(', ')]));
}

/** The newest of the rows, with what became of their bytes; null if there are none. */
export function notableCard(view: View, rows: readonly AuditRecord[]): Html | null {
  if (rows.length === 0) return null;
  const size = bytesIn(view.units);
  const lines = rows.slice(0, SHOWN).map((row) => {
    const { why, total_bytes, outcome } = auditLine(view, row);
    const bytes = total_bytes === 0 ? '' : outcome === 'refused' ? `${size(total_bytes)} not counted. ` : '';
    return html`<li><strong>${meaningOf(row.kind).title}</strong>${row.router === '' ? null : html` at <bdi>${row.router}</bdi>`}: ${bytes}<bdi>${why}</bdi>. <small>${minuteText(row.at, view.timezone)}</small></li>`;
  });
  return html`<section class="card" aria-labelledby="notable">
<div class="top"><h2 id="notable">Resets and gaps this month</h2></div>
<ul class="lately">${lines}</ul>
${rows.length > SHOWN ? html`<p class="quiet">and ${rows.length - SHOWN}${rows.length === MOST_NOTABLE ? ' or more' : ''} earlier</p>` : null}
</section>`;
}
