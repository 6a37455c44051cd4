import { minuteText } from '../../../domain/calendar.ts';
import { isZero, total } from '../../../domain/traffic.ts';
import { bytesIn, formatShare } from '../../format.ts';
import { gatherEvidence } from '../../reconciliation/evidence.ts';
import { reconciliations } from '../../reconciliation/reconciliation.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import type { PageReader } from '../reader.ts';

/** A gateway's uplinks compared with its hosts, and why they may differ; null where no hosts are counted. Throws a LedgerError. */
export async function reasonsCard(view: View, router: string, read: PageReader): Promise<Html | null> {
  if (reconciliations(view).every((each) => each.router !== router)) return null;
  const found = reconciliations(view, await gatherEvidence(view, read)).find((each) => each.router === router);
  if (found === undefined || found.hostsSince === null || isZero(found.wan)) return null;
  const { from, wan, hosts, unattributed, share, reasons } = found;
  const size = bytesIn(view.units);
  const left = total(unattributed);
  const rest = share === null ? '' : ` (${formatShare(Math.abs(share))})`;
  return html`<section class="card" aria-labelledby="reasons">
<div class="top"><h2 id="reasons">Its uplinks and its hosts</h2><p class="quiet">this month${from === null ? null : ` since ${minuteText(from, view.timezone)}`}</p></div>
<p>The uplinks have ${size(total(wan))}, the hosts behind them ${size(total(hosts))}: ${left < 0 ? `the hosts have ${size(-left)} more` : `${size(left)} are unattributed`}${rest}.</p>
${
  reasons.length === 0
    ? null
    : html`<h3 class="more">Possible reasons</h3><ul class="lately">${reasons.map(
        ({ text, bytes }) => html`<li>${text}${bytes === null ? null : html` <small>${size(Math.abs(total(bytes)))}</small>`}</li>`,
      )}</ul>`
}
</section>`;
}
