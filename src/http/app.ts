import Router from '@koa/router';
import Koa, { type Context, type Next } from 'koa';
import { LedgerError } from '../errors.ts';
import { RequestError } from '../views/api-v1/request-error.ts';
import { admit, CONTROL_IS_OFF, holdsControlToken } from './admit.ts';
import type { AppDeps } from './deps.ts';
import { isApi, type Route } from './route.ts';
import { routes } from './routes.ts';
import { send } from './send.ts';
import { createTurns, type TakeTurn } from './turns.ts';

const LONGEST_URL = 2048;

/** Two large answers at a time fit into the memory of the shipped limits; a page that asks for a few at once still gets them all. */
const LARGE = { atOnce: 2, waiting: 16, patience: 8000, stalled: 2000, longest: 60_000 };

/** The web application. It does not listen by itself. */
export function createApp(deps: AppDeps): Koa {
  const turn = createTurns(LARGE);
  const all = routes(deps);
  const router = new Router();
  for (const route of all) router.register(route.path, [route.method], (context: Context) => answer(deps, turn, route, context));
  const app = new Koa();
  app.use(setHeaders);
  app.use(send);
  app.use(refuseMalformed);
  app.use((context, next) => catchErrors(deps, context, next));
  app.use(limit);
  app.use(router.routes());
  app.use((context) => refuse(deps, all, router, context));
  // An error while an answer is sent is usually a client that disconnected.
  app.on('error', (error: Error) => deps.log('debug', 'Could not send a response', { error }));
  return app;
}

async function setHeaders(context: Context, next: Next): Promise<void> {
  context.set('X-Content-Type-Options', 'nosniff');
  context.set('Cache-Control', 'no-store');
  await next();
}

/** A whole URL in place of a path, as sent to a proxy, may be one that nobody can read. */
async function refuseMalformed(context: Context, next: Next): Promise<void> {
  if (isReadable(context)) return next();
  context.set('Connection', 'close');
  context.status = 400;
  context.body = 'Bad request: its address is not a URL\n';
}

function isReadable(context: Context): boolean {
  const { url } = context;
  // Node warns of some of them on standard error when their path is read, and reads it.
  if (!url.startsWith('/') && url !== '*' && !URL.canParse(url)) return false;
  try {
    return typeof context.path === 'string';
  } catch (error) {
    if (error instanceof TypeError || error instanceof URIError) return false;
    throw error;
  }
}

/** Bodies are not read, but for a short form, so a connection with one is closed. */
async function limit(context: Context, next: Next): Promise<void> {
  if (context.get('Transfer-Encoding') !== '' || Number(context.get('Content-Length') || 0) > 0) context.set('Connection', 'close');
  if (context.url.length > LONGEST_URL) throw new RequestError(414, `The URL is longer than ${LONGEST_URL} characters`);
  await next();
}

/** The only place where an error becomes a response: one line, never a stack trace. */
async function catchErrors(deps: AppDeps, context: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    const { status, message } = answerFor(error);
    // A RequestError is an answer: what threw it has logged what there is to log.
    if (!(error instanceof RequestError) && status >= 500)
      deps.log('error', 'Request failed', { method: context.method, path: context.path, error });
    context.status = status;
    context.remove('Content-Type');
    context.body = isApi(context.path) ? { error: message } : `${message}\n`;
  }
}

function answerFor(error: unknown): { status: number; message: string } {
  if (error instanceof RequestError) return error;
  if (error instanceof LedgerError) return { status: 503, message: error.message };
  return { status: 500, message: 'Internal error: see the log' };
}

async function answer(deps: AppDeps, turn: TakeTurn, route: Route, context: Context): Promise<void> {
  if (!exists(deps, route)) throw (await holdsControlToken(deps.auth, context)) ? controlIsOff() : notFound();
  const token = await admit(deps.auth, route.needs, context);
  if (route.large) await turn(context);
  await route.handle(context, token);
}

/** Without control in the configuration, routes that control do not exist. */
const exists = ({ auth }: AppDeps, { needs }: Route): boolean => needs !== 'control' || auth.settings().control;

const notFound = () => new RequestError(404, 'Not found: the pages begin at /, and /developer links to what programs read');

/** Who may control is owed the reason; anyone else learns nothing. */
const controlIsOff = () => new RequestError(404, CONTROL_IS_OFF);

function refuse(deps: AppDeps, all: readonly Route[], router: Router, context: Context): never {
  const paths = router.match(context.path, context.method).path.map(({ path }) => path);
  const methods = all.filter((route) => paths.includes(route.path) && exists(deps, route)).map(({ method }) => method);
  if (methods.length === 0) throw notFound();
  const allowed = [...new Set(methods)].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method));
  context.set('Allow', allowed.join(', '));
  throw new RequestError(405, `Method not allowed: use ${allowed.join(' or ')}`);
}
