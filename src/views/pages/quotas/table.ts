import { dayOf, localText } from '../../../domain/calendar.ts';
import type { QuotaRow } from '../../../domain/people/quota-row.ts';
import { bytesIn, formatShare } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { shortDate } from '../frame/short-date.ts';

/** The rows of quotas: the home's and uplinks first, then those of which most is used. */
export const sortedQuotas = ({ quotas }: Pick<View, 'quotas'>): QuotaRow[] =>
  [...quotas].sort((a, b) => Number(isLine(b)) - Number(isLine(a)) || b.used / b.limit - a.used / a.limit);

const isLine = ({ of }: QuotaRow): boolean => of === 'home' || of === 'uplink';

/** A bar for each row, with what is left and the forecast. */
export const quotaTable = (view: View, rows: readonly QuotaRow[]): Html => html`<table class="stack">
<thead><tr><th scope="col">Quota</th><th scope="col" class="n">Used</th><th scope="col" class="n">Limit</th></tr></thead>
<tbody>${rows.map((row) => tableRow(row, view))}</tbody>
</table>`;

function tableRow(row: QuotaRow, view: View): Html {
  const share = row.used / row.limit;
  const size = bytesIn(view.units);
  return html`<tr><th scope="row"><bdi>${row.title === '' ? row.quota.name : row.title}</bdi>${bar(share)}<small>${note(row, view)}</small></th>
<td class="n">${size(row.used)} <br><small>${formatShare(share)}</small></td><td class="n">${size(row.limit)}</td></tr>`;
}

/** The same of the home's month, in a few words under the month itself. */
export function capLine(row: QuotaRow, view: View): Html {
  const share = row.used / row.limit;
  return html`<p class="cap"><bdi>${row.quota.name}</bdi>: <strong>${formatShare(share)}</strong> of ${bytesIn(view.units)(row.limit)}${bar(share)}<small>${note(row, view)}</small></p>`;
}

/** Whether a row is the cap of the home's month: it is shown with the month. */
export const isCap = ({ of, quota }: QuotaRow): boolean => of === 'home' && quota.per === 'month';

function note({ quota, name, counted, left, leftPerDay, forecast, limit, bonus, period }: QuotaRow, { timezone, units }: View): string {
  const size = bytesIn(units);
  const words = [
    name === '' ? null : quota.name,
    ...counted,
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
