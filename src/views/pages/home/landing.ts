import type { AuditLine } from '../../api-v1/audit.ts';
import type { UsageAnswer } from '../../api-v1/usage.ts';
import type { View } from '../../view.ts';
import { page, policyOf } from '../frame/frame.ts';
import { html } from '../frame/html.ts';
import { isWell, routerCard } from '../router/card.ts';
import { routersCard } from '../router/page.ts';
import { auditCard } from './audit.ts';
import { devicesCard } from './devices.ts';
import { limitsCard } from './limits.ts';
import { monthCard } from './month.ts';
import { notices } from './notices.ts';
import { peersCard } from './peers.ts';
import { quotasCard } from './quotas.ts';
import { usersCard } from './users.ts';

/** The policy of the page. */
export const CONTENT_SECURITY_POLICY = policyOf();

const LINKS = [
  ['metrics', 'Metrics'],
  ['api/v1/devices', 'Devices'],
  ['api/v1/users', 'Users'],
  ['api/v1/wan', 'WAN'],
  ['api/v1/peers', 'WireGuard peers'],
  ['api/v1/quotas', 'Quotas'],
  ['api/v1/limits', 'Limits'],
  ['api/v1/leases', 'Leases'],
  ['api/v1/usage', 'Usage by day'],
  ['api/v1/audit', 'Audit'],
  ['api.php?action=combined', 'api.php'],
  ['api/v1/', 'API'],
  ['api/v1/openapi.json', 'API description'],
  ['-/healthy', 'Health'],
] as const;

/** The page at `/`. `days` has the bytes of the uplinks in the current month by day, or null if they could not be read; `audit` has recent audit rows. */
export function landing(view: View, days: UsageAnswer | null, audit: readonly AuditLine[] = []): string {
  const main = html`${notices(view)}
${monthCard(view, days)}
${quotasCard(view)}
${limitsCard(view)}
<div class="sides">
<div class="users">
${usersCard(view)}
${devicesCard(view)}
${peersCard(view)}
</div>
<div class="routers">
${routersCard(view)}
${view.routers.filter((router) => !isWell(router) && [...router.sources.values()].some(({ error }) => error !== null)).map((router, index) => routerCard(view, router, `router-${index + 1}`))}
</div>
</div>
${auditCard(view, audit)}`;
  const footer = html`<nav aria-label="Other pages"><ul>${LINKS.map(([href, name]) => html`<li><a href="${href}">${name}</a></li>`)}</ul></nav>
<p>wrtmeter ${view.version}</p>`;
  return page(view, { title: 'wrtmeter', at: './', self: './', main, footer });
}
