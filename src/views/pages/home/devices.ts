import { deviceRows } from '../../rows/devices.ts';
import type { View } from '../../view.ts';
import { deviceTable } from '../devices/table.ts';
import { type Html, html } from '../frame/html.ts';

const SHOWN = 10;

/** The devices with the most bytes in the current month. */
export function devicesCard(view: View): Html {
  const rows = deviceRows(view);
  const most = Math.max(1, ...rows.slice(0, 1).map((row) => row.month.total));
  return html`<section class="card" aria-labelledby="devices">
<div class="top"><h2 id="devices">Devices this month</h2><p class="quiet">${rows.filter((row) => row.onAir.length > 0).length} on the air, ${rows.length} known</p></div>
${rows.length === 0 ? html`<p class="quiet">No device has been seen on the air yet.</p>` : deviceTable({ ...view, watchable: false }, rows.slice(0, SHOWN), most)}
${rows.length > SHOWN ? html`<p class="more"><a href="devices">All ${rows.length} devices</a></p>` : null}
</section>`;
}
