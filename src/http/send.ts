import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Context, Next } from 'koa';
import type { TextParts } from '../views/metrics/text.ts';
import { jsonParts } from './json-parts.ts';
import { packParts } from './pack.ts';

const compress = promisify(gzip);

/** Shorter answers are not worth compressing. */
const WORTH_IT = 1024;

/** Level 1, because a scrape waits for it, on a small board, usually over a local network. */
const LEVEL = 1;

/**
 * Turns the body of a route into bytes: objects as JSON, longer text with gzip if the client accepts it. JSON of more than one part is
 * made part by part as the client reads it, so that the whole text is never in memory.
 */
export async function send(context: Context, next: Next): Promise<void> {
  await next();
  const { body } = context;
  if (typeof body === 'string') {
    if (!context.response.get('Content-Type')) context.set('Content-Type', 'text/plain; charset=utf-8');
    await sendText(context, body);
    return;
  }
  if (body === null || typeof body !== 'object' || Buffer.isBuffer(body) || body instanceof Readable) return;
  context.set('Content-Type', 'application/json');
  const parts = jsonParts(body);
  const first = parts.next().value ?? '';
  const second = parts.next();
  if (second.done) await sendText(context, first);
  else sendParts(context, [first, second.value], parts);
}

/** Texts as gzip, for as long as the text itself is kept. */
const packedTexts = new WeakMap<TextParts, Promise<Buffer>>();

/** Sends a text to many clients at a time: the same text is the same bytes in memory, packed once. */
export async function sendShared(context: Context, text: TextParts): Promise<void> {
  context.vary('Accept-Encoding');
  const length = text.reduce((sum, part) => sum + part.length, 0);
  if (length <= WORTH_IT || !packs(context)) {
    context.body = Readable.from(text);
    context.length = length;
    return;
  }
  const packed = packedTexts.get(text) ?? packParts(text, LEVEL);
  packedTexts.set(text, packed);
  context.body = await packed;
}

async function sendText(context: Context, text: string): Promise<void> {
  context.vary('Accept-Encoding');
  const body = Buffer.from(text);
  const packed = body.length > WORTH_IT && packs(context);
  context.body = packed ? await compress(body, { level: LEVEL }) : body;
}

function sendParts(context: Context, begun: readonly string[], rest: Iterable<string>): void {
  const text = Readable.from(concat(begun, rest), { highWaterMark: 1 });
  if (!packs(context)) {
    context.body = text;
    return;
  }
  const packed = createGzip({ level: LEVEL });
  // A client that leaves ends the packing, and that ends the text.
  packed.once('close', () => text.destroy());
  context.body = text.pipe(packed);
}

function* concat(begun: readonly string[], rest: Iterable<string>): Generator<string> {
  yield* begun;
  yield* rest;
}

/** Whether the answer goes with gzip; says so in its headers. */
function packs(context: Context): boolean {
  context.vary('Accept-Encoding');
  const packed = context.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (packed) context.set('Content-Encoding', 'gzip');
  return packed;
}
