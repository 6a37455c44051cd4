import { minuteText } from '../../../domain/calendar.ts';
import { isZero, type Traffic, total } from '../../../domain/traffic.ts';
import { bytesIn } from '../../format.ts';
import { type Reconciliation, reconciliations } from '../../reconciliation/reconciliation.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { link } from '../frame/link.ts';

/** How many of the month's bytes the hosts behind each gateway account for; null if no hosts are counted. */
export function hostsLines(view: View): Html | null {
  const gateways = reconciliations(view).filter(({ wan, hostsSince }) => !isZero(wan) && hostsSince !== null);
  const named = gateways.length > 1;
  return gateways.length === 0 ? null : html`${gateways.map((gateway) => line(gateway, named, view))}`;
}

function line({ router, from, wan, hosts, unattributed }: Reconciliation, named: boolean, { timezone, units }: View): Html {
  const size = bytesIn(units);
  const whose = named ? html` at <bdi>${router}</bdi>` : null;
  const why = html`<a href="${link('router', { name: router })}">possible reasons</a>`;
  const since = from === null ? null : ` since ${minuteText(from, timezone)}`;
  const left = total(unattributed);
  if (left < 0) return html`<p class="quiet">The hosts${whose} have ${size(-left)} more than the uplink: ${why}.</p>`;
  return html`<p class="quiet">Hosts${whose} account for ${percent(hosts, wan)} of it${since}; ${size(left)} are unattributed: ${why}.</p>`;
}

/** Rounded down: 100 % means all of it. */
const percent = (part: Traffic, whole: Traffic): string => `${Math.floor((total(part) / total(whole)) * 100)} %`;
