import type { AuditLine } from '../../api-v1/audit.ts';
import type { View } from '../../view.ts';
import { page } from '../frame/frame.ts';
import { type Content, html } from '../frame/html.ts';
import { homeNowCard } from '../live/parts.ts';
import { isWell, routerCard } from '../router/card.ts';
import { routersCard } from '../router/page.ts';
import { auditCard } from './audit.ts';
import { devicesCard } from './devices.ts';
import { limitsCard } from './limits.ts';
import { type HomePast, monthCard } from './month.ts';
import { notices } from './notices.ts';
import { peersCard } from './peers.ts';
import { quotasCard } from './quotas.ts';
import { usersCard } from './users.ts';

/** The page at `/`. `past`: null if it could not be read; `audit` has recent audit rows. */
export function homePage(view: View, past: HomePast | null, audit: readonly AuditLine[] = []): string {
  const main = html`${notices(view)}
<div class="first">
${monthCard(view, past)}
${homeNowCard(view)}
</div>
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
${failing(view)}
</div>
</div>
${auditCard(view, audit)}`;
  return page(view, { title: 'wrtmeter', at: './', self: './', main });
}

/** What to do about routers of which something could not be read. */
const failing = (view: View): Content =>
  view.routers
    .filter((router) => !isWell(router) && [...router.sources.values()].some(({ error }) => error !== null))
    .map((router, index) => routerCard(view, router, `router-${index + 1}`));
