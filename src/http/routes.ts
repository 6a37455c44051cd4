import type { Context } from 'koa';
import { devicesAnswer, leasesAnswer, peersAnswer, routersAnswer, usersAnswer, wanAnswer } from '../views/api-v1/answers.ts';
import { limitsAnswer } from '../views/api-v1/limits.ts';
import { single } from '../views/api-v1/query.ts';
import { quotasAnswer } from '../views/api-v1/quotas.ts';
import { RequestError } from '../views/api-v1/request-error.ts';
import { tariffsAnswer } from '../views/api-v1/tariffs.ts';
import { suggestionsAnswer } from '../views/device-suggestions/suggestions.ts';
import { METRICS_TYPE } from '../views/metrics/metrics.ts';
import { apiIndex, openApi } from '../views/openapi/openapi.ts';
import { FAVICON } from '../views/pages/frame/favicon.ts';
import type { View } from '../views/view.ts';
import { bonusRoutes } from './bonuses.ts';
import { clientRoutes } from './clients.ts';
import type { AppDeps } from './deps.ts';
import { limitRoutes } from './limits.ts';
import { liveRoute } from './live.ts';
import { limitsPageRoutes } from './pages/limits.ts';
import { pageRoutes } from './pages/pages.ts';
import { scriptRoute } from './pages/scripts.ts';
import type { Needs, Route } from './route.ts';
import { parseScrapeTimeout } from './scrape-timeout.ts';
import { sendShared } from './send.ts';
import { createCutter } from './turns.ts';

/** All routes. */
export function routes(deps: AppDeps): Route[] {
  // Prometheus is never refused: a client that does not read its answer makes room.
  const cut = createCutter(8, 2000);
  return [
    ...pageRoutes(deps),
    scriptRoute,
    get('/metrics', async (context) => {
      const text = await deps.scrape(parseScrapeTimeout(context.get('X-Prometheus-Scrape-Timeout-Seconds')));
      context.set('Content-Type', METRICS_TYPE);
      cut(context.res);
      await sendShared(context, text);
    }),
    get('/metrics/history', async (context) => {
      const text = await deps.history();
      context.set('Content-Type', METRICS_TYPE);
      cut(context.res);
      await sendShared(context, text);
    }),
    ...['/api.php', '/netstat/api.php'].map((path) => large(path, (context) => sendApiPhp(deps, context))),
    api(deps, '/api/v1/routers', routersAnswer),
    api(deps, '/api/v1/devices', devicesAnswer),
    api(deps, '/api/v1/users', usersAnswer),
    api(deps, '/api/v1/device-suggestions', suggestionsAnswer),
    api(deps, '/api/v1/wan', wanAnswer),
    api(deps, '/api/v1/leases', leasesAnswer),
    api(deps, '/api/v1/peers', peersAnswer),
    api(deps, '/api/v1/quotas', quotasAnswer),
    api(deps, '/api/v1/tariffs', tariffsAnswer),
    large('/api/v1/usage', async (context) => {
      context.body = await deps.usage(context.query);
    }),
    large('/api/v1/usage.csv', async (context) => {
      context.set('Content-Type', 'text/csv; charset=utf-8');
      context.body = await deps.usageCsv(context.query);
    }),
    large('/api/v1/audit', async (context) => {
      context.body = await deps.audit(context.query);
    }),
    large('/api/v1/reconciliation', async (context) => {
      context.body = await deps.reconciliation(context.query);
    }),
    get('/api/v1/', async (context) => {
      context.body = apiIndex(deps.version);
    }),
    get('/api/v1/openapi.json', async (context) => {
      context.body = openApi(deps.version);
    }),
    open('/favicon.ico', async (context) => {
      context.set('Content-Type', 'image/svg+xml');
      context.set('Cache-Control', 'public, max-age=86400');
      context.body = FAVICON;
    }),
    ...bonusRoutes(deps),
    api(deps, '/api/v1/limits', limitsAnswer),
    ...limitRoutes(deps),
    ...limitsPageRoutes(deps),
    liveRoute(deps),
    ...clientRoutes(deps),
    open('/-/healthy', async (context) => {
      const { healthy, problems } = deps.health();
      context.status = healthy ? 200 : 503;
      // A text: of an object Koa asks whether it is a `Response`, which loads Node's own fetch, 5 MB, for a question that Docker asks all the time.
      context.set('Content-Type', 'application/json');
      context.body = JSON.stringify({ status: healthy ? 'ok' : 'failing', problems });
    }),
    open('/-/ready', async (context) => {
      const ready = deps.ready();
      context.status = ready ? 200 : 503;
      context.body = ready ? 'ready\n' : 'not ready\n';
    }),
    { method: 'POST', path: '/-/reload', needs: 'reload', handle: (context) => reload(deps, context) },
  ];
}

const get = (path: string, handle: Route['handle'], needs: Needs = 'read'): Route => ({ method: 'GET', path, needs, handle });

/** An answer that grows with the home. */
const large = (path: string, handle: Route['handle']): Route => ({ ...get(path, handle), large: true });

/** For supervisors of the process, such as Docker, and for browsers: no token needed, and no figures in the answer. */
const open = (path: string, handle: Route['handle']): Route => get(path, handle, 'nothing');

const api = (deps: AppDeps, path: string, answer: (view: View) => object): Route =>
  large(path, async (context) => {
    single(context.query, []);
    context.body = answer(await deps.view());
  });

async function sendApiPhp(deps: AppDeps, context: Context): Promise<void> {
  const { action } = context.query;
  try {
    // PHP uses the last of several values.
    const { status, body } = await deps.apiPhp(Array.isArray(action) ? action.at(-1) : action);
    context.status = status;
    context.body = body;
  } catch (error) {
    deps.log('error', 'Request failed', { path: context.path, error });
    context.status = 500;
    context.body = { error: `An unexpected error occurred: ${error instanceof Error ? error.message : 'see the log'}` };
  }
}

async function reload(deps: AppDeps, context: Context): Promise<void> {
  if (deps.reload === null) throw new RequestError(403, 'Reloading is not enabled: set "reload: true", or send the process SIGHUP');
  const { ok, message } = await deps.reload();
  context.status = ok ? 200 : 500;
  context.body = `${message}\n`;
}
