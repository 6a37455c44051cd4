import Router from '@koa/router';
import Koa, { type Context, type Next } from 'koa';
import { LedgerError } from '../errors.ts';
import { RequestError } from '../views/request-error.ts';
import type { AppDeps } from './deps.ts';
import { type Route, routes } from './routes.ts';
import { send } from './send.ts';

const LONGEST_URL = 2048;
const USEFUL_PATHS = '/, /metrics, /api.php?action=combined, /api/v1/devices and /api/v1/openapi.json';

/** The web application. It listens nowhere by itself. */
export function createApp(deps: AppDeps): Koa {
  const all = routes(deps);
  const router = new Router();
  for (const route of all) router.register(route.path, [route.method], (context: Context) => route.handle(context));
  const app = new Koa();
  app.use(setHeaders);
  app.use(send);
  app.use((context, next) => catchErrors(deps, context, next));
  app.use(limit);
  app.use(router.routes());
  app.use((context) => refuse(all, context));
  // What breaks while an answer is on its way is mostly a client that left.
  app.on('error', (error: Error) => deps.log('debug', 'An answer was not delivered', { error }));
  return app;
}

async function setHeaders(context: Context, next: Next): Promise<void> {
  context.set('X-Content-Type-Options', 'nosniff');
  context.set('Cache-Control', 'no-store');
  await next();
}

/** No route reads a body, so a connection that brings one is not kept. */
async function limit(context: Context, next: Next): Promise<void> {
  if (context.get('Transfer-Encoding') !== '' || Number(context.get('Content-Length') || 0) > 0) context.set('Connection', 'close');
  if (context.url.length > LONGEST_URL) throw new RequestError(414, `The address is longer than ${LONGEST_URL} characters`);
  await next();
}

/** The one place where an error becomes an answer: a line, never a stack. */
async function catchErrors(deps: AppDeps, context: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    const { status, message } = answerFor(error);
    if (status >= 500) deps.log('error', 'A request failed', { method: context.method, path: context.path, error });
    context.status = status;
    context.remove('Content-Type');
    context.body = context.path.startsWith('/api') ? { error: message } : `${message}\n`;
  }
}

function answerFor(error: unknown): { status: number; message: string } {
  if (error instanceof RequestError) return error;
  if (error instanceof LedgerError) return { status: 503, message: error.message };
  return { status: 500, message: 'Something went wrong here: the log says what' };
}

function refuse(all: readonly Route[], context: Context): never {
  const methods = all.filter(({ path }) => path === context.path).map(({ method }) => method);
  if (methods.length === 0) throw new RequestError(404, `There is nothing at this address: try ${USEFUL_PATHS}`);
  const allowed = methods.includes('GET') ? 'GET, HEAD' : methods.join(', ');
  context.set('Allow', allowed);
  throw new RequestError(405, `This address takes ${allowed.replace(', ', ' or ')} only`);
}
