import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { RequestError } from '../views/api-v1/request-error.ts';
import { HEARTBEAT, retryText } from '../views/live/events.ts';
import { admit } from './admit.ts';
import type { AppDeps } from './deps.ts';
import type { Route } from './route.ts';

/** Streams at once. */
const MOST_WATCHERS = 16;
/** Seconds after which a refused client should ask again. */
const RETRY_AFTER = 10;
/** Bytes that a client may leave unread. */
const MOST_UNREAD = 131_072;
/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** How long a browser waits before it asks again. */
const RETRY_MS = 3000;

/** `GET /api/v1/live`: a stream of server-sent events for as long as the client stays. */
export function liveRoute(deps: AppDeps): Route {
  const open = new Set<Readable>();
  return {
    ...{ method: 'GET', path: '/api/v1/live', needs: 'read' },
    async handle(context) {
      refuse(deps, open.size, context);
      context.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache', 'X-Accel-Buffering': 'no' });
      context.status = 200;
      if (context.method === 'HEAD' || context.res.closed) return;
      const stream = new Readable({ read() {} });
      open.add(stream);
      context.body = stream;
      stream.push(retryText(RETRY_MS));
      const unread = () => stream.readableLength + context.res.writableLength;
      // A client that does not read is cut: its browser comes back when it does.
      const send = (events: Buffer | string) => {
        if (unread() > MOST_UNREAD) context.res.destroy();
        else stream.push(events);
      };
      let takenBefore = -1;
      const heartbeat = setInterval(() => {
        // This cuts clients that have vanished, too: by itself, TCP gives up after a quarter of an hour.
        const taken = takenOf(context.res.socket);
        if (unread() > 0 && taken === takenBefore) return context.res.destroy();
        takenBefore = taken;
        send(HEARTBEAT);
        // A stream would outlive its token by days.
        admit(deps.auth, 'read', context).catch(() => context.res.destroy());
      }, HEARTBEAT_MS);
      const end = () => {
        clearInterval(heartbeat);
        stream.push(null);
      };
      const leave = deps.live.watch({ send, end });
      context.res.once('close', () => {
        clearInterval(heartbeat);
        leave();
        open.delete(stream);
      });
    },
  };
}

/** Bytes that the kernel has taken for a client. */
const takenOf = (socket: Socket | null): number => (socket === null ? 0 : socket.bytesWritten - socket.writableLength);

/** Throws a RequestError if there is no stream for another client. */
function refuse({ live, ready }: AppDeps, watchers: number, context: Context): void {
  if (!live.isOn() && ready()) throw new RequestError(404, 'Live is off: set "live: 2s" in the configuration and reload it');
  if (live.isOn() && watchers < MOST_WATCHERS) return;
  context.set('Retry-After', String(RETRY_AFTER));
  const why = live.isOn() ? `${MOST_WATCHERS} others watch already` : 'wrtmeter is shutting down';
  throw new RequestError(503, `No stream for another client, because ${why}: ask again in ${RETRY_AFTER} s`);
}
