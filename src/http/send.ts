import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Context, Next } from 'koa';

const compress = promisify(gzip);

/** Shorter answers are not worth compressing. */
const WORTH_IT = 1024;

/** Turns the body of a route into bytes: objects as JSON, longer text with gzip if the client accepts it. */
export async function send(context: Context, next: Next): Promise<void> {
  await next();
  const text = bodyText(context);
  if (text === null) return;
  context.vary('Accept-Encoding');
  const body = Buffer.from(text);
  const packed = context.method !== 'HEAD' && body.length > WORTH_IT && context.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (packed) context.set('Content-Encoding', 'gzip');
  // Level 1, because a scrape waits for it, on a small board, usually over a local network.
  context.body = packed ? await compress(body, { level: 1 }) : body;
}

function bodyText(context: Context): string | null {
  const { body } = context;
  if (typeof body === 'string') {
    if (!context.response.get('Content-Type')) context.set('Content-Type', 'text/plain; charset=utf-8');
    return body;
  }
  if (body === null || body === undefined || typeof body !== 'object') return null;
  context.set('Content-Type', 'application/json');
  return JSON.stringify(body);
}
