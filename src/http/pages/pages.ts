import type { Context } from 'koa';
import { RequestError } from '../../views/api-v1/request-error.ts';
import { auditPage } from '../../views/pages/audit/page.ts';
import { developerPage } from '../../views/pages/developer/page.ts';
import { devicePage } from '../../views/pages/device/page.ts';
import { devicesPage } from '../../views/pages/devices/page.ts';
import { policyOf } from '../../views/pages/frame/frame.ts';
import type { PageName } from '../../views/pages/frame/nav.ts';
import { PERIODS } from '../../views/pages/frame/usage-card.ts';
import { lateAuditQuery } from '../../views/pages/home/audit.ts';
import { homePage } from '../../views/pages/home/page.ts';
import { peerPage, peersPage } from '../../views/pages/peers/page.ts';
import { problemPage } from '../../views/pages/problem.ts';
import { quotasPage } from '../../views/pages/quotas/page.ts';
import { routerPage, routersPage } from '../../views/pages/router/page.ts';
import { uplinkPage, uplinksPage } from '../../views/pages/uplinks/page.ts';
import { userPage, usersPage } from '../../views/pages/users/page.ts';
import type { View } from '../../views/view.ts';
import type { AppDeps } from '../deps.ts';
import type { Route } from '../route.ts';
import { atOwnAddress } from './own-address.ts';

/** The pages for people, besides the limits. */
export function pageRoutes(deps: AppDeps): Route[] {
  return [
    livePage(deps, '/', './', (view) => home(deps, view)),
    livePage(deps, '/devices', 'devices', async (view, context) => devicesPage(view, context.query)),
    livePage(deps, '/device', 'devices', (view, context) => devicePage(view, context.query, deps.pages)),
    pageRoute(deps, '/users', 'users', async (view) => usersPage(view)),
    pageRoute(deps, '/user', 'users', (view, context) => userPage(view, context.query, deps.pages)),
    livePage(deps, '/peers', 'peers', async (view, context) => peersPage(view, context.query)),
    livePage(deps, '/peer', 'peers', (view, context) => peerPage(view, context.query, deps.pages)),
    livePage(deps, '/uplinks', 'uplinks', async (view) => uplinksPage(view)),
    livePage(deps, '/uplink', 'uplinks', (view, context) => uplinkPage(view, context.query, deps.pages)),
    pageRoute(deps, '/routers', 'routers', async (view) => routersPage(view)),
    pageRoute(deps, '/router', 'routers', (view, context) => routerPage(view, context.query, deps.pages)),
    pageRoute(deps, '/quotas', 'quotas', async (view, context) => quotasPage(view, context.query)),
    pageRoute(deps, '/developer', 'developer', async (view) => developerPage(view)),
    pageRoute(deps, '/audit', 'audit', (view, context) => auditPage(view, context.query, deps.pages)),
  ];
}

async function home(deps: AppDeps, view: View): Promise<string> {
  const rows = await readable(deps, deps.pages.history(view, 'lines'));
  const audit = await readable(deps, deps.audit(lateAuditQuery(view)));
  return homePage(view, rows === null ? null : { rows, periods: deps.pages.periods(view, PERIODS) }, audit?.rows);
}

/** A part of the home page, or null: the page works without it. */
async function readable<T>(deps: AppDeps, part: Promise<T>): Promise<T | null> {
  try {
    return await part;
  } catch (error) {
    deps.log('warn', 'Could not read a part of the home page', { error });
    return null;
  }
}

type Render = (view: View, context: Context) => Promise<string>;

/** A page that shows what moves now, unless live is off. */
const livePage = (deps: AppDeps, path: string, at: PageName, render: Render): Route =>
  pageRoute(deps, path, at, render, () => deps.live.isOn());

/** A page of its own; what is wrong with its query is said on a page, too. `at`: where it is in the navigation. */
function pageRoute(deps: AppDeps, path: string, at: PageName, render: Render, isWatchable = () => false): Route {
  return {
    method: 'GET',
    path,
    needs: 'read',
    large: true,
    handle: atOwnAddress(path, async (context) => {
      const watchable = isWatchable();
      const view = { ...(await deps.view()), watchable };
      let body: string;
      try {
        body = await render(view, context);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        context.status = error.status;
        body = problemPage(view, at, error.message);
      }
      context.set('Content-Type', 'text/html; charset=utf-8');
      context.set('Content-Security-Policy', policyOf({ form: true, watchable }));
      context.set('Referrer-Policy', 'no-referrer');
      context.body = body;
    }),
  };
}
