import { createHash } from 'node:crypto';
import { localText } from '../../domain/calendar.ts';
import type { AuditLine } from '../api-v1/audit.ts';
import type { UsageAnswer } from '../api-v1/usage.ts';
import type { View } from '../view.ts';
import { auditCard } from './audit.ts';
import { devicesCard } from './devices.ts';
import { Html, html } from './html.ts';
import { limitsCard } from './limits.ts';
import { monthCard } from './month.ts';
import { notices } from './notices.ts';
import { peersCard } from './peers.ts';
import { quotasCard } from './quotas.ts';
import { routerCards } from './routers.ts';
import { STYLE } from './style.ts';
import { usersCard } from './users.ts';

/** The page loads nothing but its icon, runs no scripts, and uses only its own style. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

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
  return `<!doctype html>\n${page(view, days, audit).text}\n`;
}

// Not escaped: the hash in the policy is computed from these exact bytes.
const style = new Html(`<style>${STYLE}</style>`);

function page(view: View, days: UsageAnswer | null, audit: readonly AuditLine[]): Html {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>wrtmeter</title>
<link rel="icon" type="image/svg+xml" href="favicon.ico">
${style}
</head>
<body>
<header>${LOGO}<h1>wrtmeter</h1><p class="quiet"><time>${localText(view.now, view.timezone).slice(0, 16)}</time> ${view.timezone}</p></header>
<main>
${notices(view)}
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
${routerCards(view)}
</div>
</div>
${auditCard(view, audit)}
</main>
<footer>
<nav aria-label="Other pages"><ul>${LINKS.map(([href, name]) => html`<li><a href="${href}">${name}</a></li>`)}</ul></nav>
<p>wrtmeter ${view.version}. This page shows the last readings and reloads every 30 seconds.</p>
</footer>
</body>
</html>`;
}

const LOGO = html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect class="idle" width="32" height="32" rx="8"/><rect class="down" x="7" y="13" width="5" height="12" rx="1.5"/><rect class="up" x="13.5" y="18" width="5" height="7" rx="1.5"/><rect class="down" x="20" y="7" width="5" height="18" rx="1.5"/></svg>`;
