import { dayOf, localText } from '../../../domain/calendar.ts';
import type { QuotaRow } from '../../../domain/people/quota-row.ts';
import { bytesIn, formatShare } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { shortDate } from '../frame/short-date.ts';

const SHOWN = 12;

/** A bar for each quota: the home's and uplinks first, then those of which most is used. Null without quotas. */
export function quotasCard(view: View): Html | null {
  const rows = [...view.quotas].sort((a, b) => Number(isLine(b)) - Number(isLine(a)) || b.used / b.limit - a.used / a.limit);
  if (rows.length === 0) return null;
  return html`<section class="card" aria-labelledby="quotas">
<div class="top"><h2 id="quotas">Quotas</h2></div>
<table>
<thead><tr><th scope="col">Quota</th><th scope="col" class="n">Used</th><th scope="col" class="n">Limit</th></tr></thead>
<tbody>${rows.slice(0, SHOWN).map((row) => tableRow(row, view))}</tbody>
</table>
${rows.length > SHOWN ? html`<p class="more"><a href="api/v1/quotas">All ${rows.length} rows</a></p>` : null}
</section>`;
}

const isLine = ({ of }: QuotaRow): boolean => of === 'home' || of === 'uplink';

function tableRow(row: QuotaRow, view: View): Html {
  const share = row.used / row.limit;
  const size = bytesIn(view.units);
  return html`<tr><th scope="row"><bdi>${row.name === '' ? row.quota.name : row.name}</bdi>${bar(share)}<small>${note(row, view)}</small></th>
<td class="n">${size(row.used)}<br><small>${formatShare(share)}</small></td><td class="n">${size(row.limit)}</td></tr>`;
}

function note({ quota, name, left, leftPerDay, forecast, limit, bonus, period }: QuotaRow, { timezone, units }: View): string {
  const size = bytesIn(units);
  const words = [
    name === '' ? null : quota.name,
    left === 0 ? 'limit reached' : `${size(left)} left`,
    leftPerDay === null || left === 0 ? null : `${size(leftPerDay)} a day`,
    bonus === 0 ? null : `${size(bonus)} bought`,
    period.endsAt === null ? `last ${quota.per}` : `until ${endText(quota.per, period.endsAt, timezone)}`,
    forecast === null || left === 0 ? null : `probably ${size(forecast.bytes)}`,
    forecast === null || forecast.reachedAt === null || left === 0 || forecast.bytes < limit
      ? null
      : `reached on ${shortDate(dayOf(forecast.reachedAt, timezone))}`,
  ];
  return words.filter((word) => word !== null).join(' · ');
}

function endText(per: QuotaRow['quota']['per'], endsAt: number, timezone: string): string {
  return per === 'week' || per === 'month' ? shortDate(dayOf(endsAt, timezone) - 1) : localText(endsAt, timezone).slice(11, 16);
}

/** What is used of the limit; past the limit in another colour. */
function bar(share: number): Html {
  const width = Math.min(100, share * 100).toFixed(2);
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="idle" width="100" height="4"/><rect class="${share >= 1 ? 'up' : 'down'}" width="${width}" height="4"/></svg>`;
}
