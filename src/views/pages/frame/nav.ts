import type { View } from '../../view.ts';
import { type Html, html } from './html.ts';

/** What decides which pages there are. */
export type NavView = Pick<View, 'limits' | 'quotas' | 'people' | 'books'>;

/** The pages, by their address beside this one. */
export type PageName = './' | 'devices' | 'users' | 'peers' | 'uplinks' | 'routers' | 'quotas' | 'limits' | 'audit' | 'developer';

const PAGES: readonly (readonly [PageName, string, (view: NavView) => boolean])[] = [
  ['./', 'Home', () => true],
  ['devices', 'Devices', () => true],
  ['users', 'Users', ({ people }) => people.users.length > 0],
  ['peers', 'Peers', ({ books }) => books.peers.size > 0],
  ['uplinks', 'Uplinks', () => true],
  ['routers', 'Routers', () => true],
  ['quotas', 'Quotas', ({ quotas }) => quotas.length > 0],
  ['limits', 'Limits', ({ limits }) => limits !== null && limits !== undefined],
  ['audit', 'Audit', () => true],
];

/** Links to the pages that this home has. `at`: the one that is shown, or that it belongs to. */
export function navigation(view: NavView, at: PageName): Html {
  const links = PAGES.filter(([, , exists]) => exists(view)).map(
    ([href, name]) => html`<li><a href="${href}"${href === at ? html` aria-current="page"` : null}>${name}</a></li>`,
  );
  return html`<nav class="pages" aria-label="Pages"><ul>${links}</ul></nav>`;
}
