import type { SendRequest } from '../../transports/request.ts';
import type { SendMessage } from '../message.ts';

/**
 * Publishes to a topic of ntfy (ntfy.sh/docs/publish, "Publish as JSON"): JSON to the server itself, because headers cannot carry all
 * text. Since ntfy 2.16, a second message with the same sequence id replaces the first.
 */
export function ntfyTarget({ url, priority }: { url: string; priority: number | null }, send: SendRequest): SendMessage {
  const { server, topic } = partsOf(url);
  return async ({ id, title, text }, signal) => {
    const body = JSON.stringify({ topic, title, message: text, sequence_id: id, ...(priority !== null && { priority }) });
    await send({ url: server, body, headers: { 'content-type': 'application/json' }, ignoresBody: true }, signal);
  };
}

function partsOf(url: string): { server: string; topic: string } {
  const server = new URL(url);
  const path = server.pathname.split('/').filter(Boolean);
  const topic = decodeURIComponent(path.pop() ?? '');
  server.pathname = path.join('/');
  return { server: server.href, topic };
}
