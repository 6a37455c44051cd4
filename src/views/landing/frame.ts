import { createHash } from 'node:crypto';
import { localText } from '../../domain/calendar.ts';
import type { View } from '../view.ts';
import { type Content, Html, html } from './html.ts';
import { STYLE } from './style.ts';

/** A page loads nothing but its icon, runs no scripts, and uses only the common style. `form`: it has a form, whose target is this server. */
export const policyOf = (form = false): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "img-src 'self'",
    "base-uri 'none'",
    `form-action ${form ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ].join('; ');

// Not escaped: the hash in the policy is computed from these exact bytes.
const style = new Html(`<style>${STYLE}</style>`);

/** A whole page; with its time, if there is a view. Its links are relative: a proxy may serve it under a prefix. */
export function page(view: Pick<View, 'now' | 'timezone'> | null, title: string, main: Content, footer: Content): string {
  const { text } = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="favicon.ico">
${style}
</head>
<body>
<header>${LOGO}<h1>${title}</h1>${view === null ? null : time(view)}</header>
<main>
${main}
</main>
<footer>
${footer}
</footer>
</body>
</html>`;
  return `<!doctype html>\n${text}\n`;
}

const time = ({ now, timezone }: Pick<View, 'now' | 'timezone'>): Html =>
  html`<p class="quiet"><time>${localText(now, timezone).slice(0, 16)}</time> ${timezone}</p>`;

const LOGO = html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect class="idle" width="32" height="32" rx="8"/><rect class="down" x="7" y="13" width="5" height="12" rx="1.5"/><rect class="up" x="13.5" y="18" width="5" height="7" rx="1.5"/><rect class="down" x="20" y="7" width="5" height="18" rx="1.5"/></svg>`;
