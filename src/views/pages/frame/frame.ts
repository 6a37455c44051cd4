import { createHash } from 'node:crypto';
import { localText } from '../../../domain/calendar.ts';
import type { View } from '../../view.ts';
import { LIVE_SCRIPT } from '../live/scripts.ts';
import { type Content, Html, html } from './html.ts';
import { type NavView, navigation, type PageName } from './nav.ts';
import { STYLE } from './style.ts';

/**
 * A page loads nothing but its icon, and uses only the common style. `form`: it has a form, whose target is this server. `watchable`: it
 * runs the program's own scripts, which talk to this server only.
 */
export const policyOf = ({ form = false, watchable = false }: { form?: boolean; watchable?: boolean }): string =>
  [
    "default-src 'none'",
    ...(watchable ? ["script-src 'self'", "connect-src 'self'"] : []),
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "img-src 'self'",
    "base-uri 'none'",
    `form-action ${form ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ].join('; ');

// Not escaped: the hash in the policy is computed from these exact bytes.
const style = new Html(`<style>${STYLE}</style>`);

/** What a page is made from, beside its own parts. */
export type FrameView = NavView & Pick<View, 'timezone' | 'books' | 'version' | 'watchable'>;

export interface PageParts {
  title: string;
  /** The page in the navigation that it is, or belongs to. */
  at: PageName;
  /** Its own address, relative, with its query: what "Reload" leads to. */
  self: string;
  main: Content;
}

/** A whole page; without a view, one that says nothing of the home. Its links are relative: a proxy may serve it under a prefix. */
export function page(view: FrameView | null, { title, at, self, main }: PageParts): string {
  const { text } = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title === NAME ? NAME : `${title} · ${NAME}`}</title>
<link rel="icon" type="image/svg+xml" href="favicon.ico">
${style}
${view?.watchable ? html`<script type="module" src="${LIVE_SCRIPT}"></script>` : null}
</head>
<body${view === null ? null : html` data-timezone="${view.timezone}"`}>
<a class="skip" href="#main">Skip to the content</a>
<header><a class="logo" href="./">${LOGO}<span class="hidden">Home</span></a><h1><bdi>${title}</bdi></h1>${view === null ? null : asOf(view, self)}</header>
${view === null ? null : navigation(view, at)}
<main id="main" tabindex="-1">
${main}
</main>
${view === null ? null : foot(view, at)}
</body>
</html>`;
  return `<!doctype html>\n${text}\n`;
}

const NAME = 'wrtmeter';

const foot = ({ version }: FrameView, at: PageName): Html =>
  html`<footer><p>wrtmeter ${version}${at === 'developer' ? null : html` · <a href="developer">For developers</a>`}</p></footer>`;

/** The time of the last reading in the ledger. Nothing reloads itself under a reader. */
function asOf({ timezone, books }: FrameView, self: string): Html {
  const known = books.postedAt === 0 ? 'no reading yet' : html`as of <time>${localText(books.postedAt, timezone)}</time> ${timezone}`;
  return html`<p class="quiet">${known} · <a href="${self}">Reload</a></p>`;
}

const LOGO = html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect class="idle" width="32" height="32" rx="8"/><rect class="down" x="7" y="13" width="5" height="12" rx="1.5"/><rect class="up" x="13.5" y="18" width="5" height="7" rx="1.5"/><rect class="down" x="20" y="7" width="5" height="18" rx="1.5"/></svg>`;
