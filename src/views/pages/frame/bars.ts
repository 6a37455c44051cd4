import { figuresOf, type Used } from '../../../domain/traffic.ts';
import { bytesIn, knownIn } from '../../format.ts';
import type { View } from '../../view.ts';
import { usedWords } from './figures.ts';
import { type Content, type Html, html } from './html.ts';

/** What was used on a day or in a month. */
export interface ChartBar {
  name: string;
  /** Null: it is still to come, or was before counting began. The table leaves it out. */
  used: Used | null;
  /** Something to know about it. */
  mark?: string;
}

const WIDTH = 10;
const HEIGHT = 100;

/**
 * A chart with a bar for each, and its figures as a table. Null where there is not a byte. `what`: for people, as in "Bytes by day". Shapes
 * are sized by attributes, because the policy of pages forbids inline styles.
 */
export function barChart({ units }: Pick<View, 'units'>, what: string, unit: string, bars: readonly ChartBar[]): Html | null {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return null;
  const size = bytesIn(units);
  const busiest = bars.reduce((a, b) => (totalOf(b) > totalOf(a) ? b : a));
  const most = totalOf(busiest);
  if (most === 0) return null;
  return html`<figure class="days">
<svg viewBox="0 0 ${bars.length * WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${what}. Most: ${busiest.name} with ${size(most)}. The table has all figures.">
${bars.map((bar, index) => column(bar, index * WIDTH, most, size))}
</svg>
<figcaption><span>${first.name}</span><span>Most: ${busiest.name}, ${size(most)}</span><span>${last.name}</span></figcaption>
<details><summary>As a table</summary>${table(unit, bars, knownIn(units))}</details>
</figure>`;
}

const totalOf = ({ used }: ChartBar): number => used?.total ?? 0;

function column({ name, used, mark }: ChartBar, x: number, most: number, size: (bytes: number) => string): Html {
  const marked =
    mark === undefined ? null : html`<rect class="mark" x="${x + 3.5}" y="0" width="3" height="4"><title>${name}: ${mark}</title></rect>`;
  const total = used?.total ?? 0;
  if (used === null || total === 0)
    return html`<rect class="idle" x="${x + 1.5}" y="${HEIGHT - 2}" width="${WIDTH - 3}" height="2"/>${marked}`;
  const { download, upload } = figuresOf(used);
  const [down, up] = [download ?? 0, upload ?? 0];
  let y = HEIGHT;
  const part = (className: string, bytes: number): Content => {
    // Of what has directions, some may be repeated in the total of both.
    const height = Math.min(y, (bytes / most) * HEIGHT);
    y -= height;
    return height <= 0
      ? null
      : html`<rect class="${className}" x="${x + 1.5}" y="${round(y)}" width="${WIDTH - 3}" height="${round(height)}"/>`;
  };
  return html`<g><title>${name}: ${usedWords(used, size)}${mark === undefined ? '' : `; ${mark}`}</title>
<rect class="reach" x="${x}" y="0" width="${WIDTH}" height="${HEIGHT}"/>
${part('down', down)}${part('up', up)}${part('both', total - down - up)}${marked}</g>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;

function table(unit: string, bars: readonly ChartBar[], known: (bytes: number | null) => string): Html {
  const rows = bars.flatMap(({ name, used, mark }) => {
    if (used === null) return [];
    const { download, upload, total } = figuresOf(used);
    const note = mark === undefined ? null : html`<br><small>${mark}</small>`;
    return [
      html`<tr><th scope="row">${name}${note}</th><td class="n">${known(download)}</td><td class="n">${known(upload)}</td><td class="n">${known(total)}</td></tr>`,
    ];
  });
  return html`<table>
<thead><tr><th scope="col">${unit}</th><th scope="col" class="n">Download</th><th scope="col" class="n">Upload</th><th scope="col" class="n">Total</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}
