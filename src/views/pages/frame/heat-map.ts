import { bytesIn } from '../../format.ts';
import type { View } from '../../view.ts';
import { type Html, html } from './html.ts';

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const CELL = 20;
const LEFT = 42;
const TOP = 22;

/** Bytes by weekday (Monday first) and hour of the day. */
export type WeekHours = readonly (readonly number[])[];

/** A map of the week, and its figures as a table. Null where there is not a byte. */
export function heatMap({ units }: Pick<View, 'units'>, week: WeekHours): Html | null {
  const cells = week.flatMap((hours, day) => hours.map((bytes, hour) => ({ day, hour, bytes })));
  const busiest = cells.reduce((a, b) => (b.bytes > a.bytes ? b : a), { day: 0, hour: 0, bytes: 0 });
  if (busiest.bytes === 0) return null;
  const size = bytesIn(units);
  const when = `${WEEKDAYS[busiest.day]} ${hourText(busiest.hour)}`;
  return html`<figure class="heat">
<svg viewBox="0 0 ${LEFT + 24 * CELL} ${TOP + 7 * CELL}" role="img" aria-label="Bytes by weekday and hour. Most: ${when} with ${size(busiest.bytes)}. The table has all figures.">
${HOURS.filter((hour) => hour % 6 === 0).map((hour) => html`<text x="${LEFT + hour * CELL}" y="15">${hourText(hour)}</text>`)}
${WEEKDAYS.map((name, day) => html`<text x="0" y="${TOP + day * CELL + 15}">${name}</text>`)}
${cells.map(({ day, hour, bytes }) => cell(day, hour, bytes / busiest.bytes, `${WEEKDAYS[day]} ${hourText(hour)}: ${size(bytes)}`))}
</svg>
<details><summary>As a table</summary><div class="scroll" role="region" aria-label="Bytes by hour and weekday" tabindex="0"><table>
<thead><tr><th scope="col">Hour</th>${WEEKDAYS.map((name) => html`<th scope="col" class="n">${name}</th>`)}</tr></thead>
<tbody>${HOURS.map((hour) => html`<tr><th scope="row">${hourText(hour)}</th>${WEEKDAYS.map((_, day) => html`<td class="n">${size(week[day]?.[hour] ?? 0)}</td>`)}</tr>`)}</tbody>
</table></div></details>
</figure>`;
}

const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** The square root shows quiet hours beside the busiest. */
function cell(day: number, hour: number, share: number, words: string): Html {
  const place = html`x="${LEFT + hour * CELL + 1}" y="${TOP + day * CELL + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="3"`;
  const full = share === 0 ? null : html`<rect class="down" ${place} fill-opacity="${(0.15 + 0.85 * Math.sqrt(share)).toFixed(2)}"/>`;
  return html`<g><title>${words}</title><rect class="idle" ${place}/>${full}</g>`;
}
