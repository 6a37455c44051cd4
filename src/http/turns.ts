import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import { RequestError } from '../views/api-v1/request-error.ts';

export interface TurnTerms {
  /** Answers that are made or sent at the same time. */
  atOnce: number;
  /** Requests that wait for a turn; those beyond are refused. */
  waiting: number;
  /** Milliseconds that one waits before it is refused. */
  patience: number;
  /** Milliseconds after which an answer that its client does not read ends, if another request waits. */
  slow: number;
}

/** Seconds after which a refused client should ask again. */
const RETRY_AFTER = 5;

/** Large answers a few at a time, because each is in memory until its client has read it. A turn ends with the response. Throws a RequestError. */
export function createTurns({ atOnce, waiting, patience, slow }: TurnTerms): (context: Context) => Promise<void> {
  const busy = new Map<ServerResponse, number>();
  const queue: { begin: () => void; refuse: () => void }[] = [];

  function begin({ res }: Context): void {
    busy.set(res, performance.now());
    res.once('close', () => {
      busy.delete(res);
      queue.shift()?.begin();
    });
  }

  /** The slots of clients that do not read go to those that wait. */
  function endSlow(): void {
    for (const [res, since] of busy) if (performance.now() - since > slow) res.destroy();
  }

  return (context) => {
    if (context.res.closed) throw busyError(context);
    if (busy.size < atOnce) return Promise.resolve(begin(context));
    if (queue.length >= waiting) throw busyError(context);
    return new Promise((resolve, reject) => {
      const checks = setInterval(endSlow, Math.min(slow, 1000));
      const leave = () => {
        clearInterval(checks);
        clearTimeout(timer);
        context.res.off('close', entry.refuse);
        const place = queue.indexOf(entry);
        if (place >= 0) queue.splice(place, 1);
      };
      const entry = {
        begin: () => {
          leave();
          begin(context);
          resolve();
        },
        refuse: () => {
          leave();
          reject(busyError(context));
        },
      };
      const timer = setTimeout(entry.refuse, patience);
      context.res.once('close', entry.refuse);
      queue.push(entry);
    });
  };
}

function busyError(context: Context): RequestError {
  context.set('Retry-After', String(RETRY_AFTER));
  return new RequestError(503, `Busy with other large answers: ask again in ${RETRY_AFTER} s`);
}

/** Ends the oldest answers that nobody reads: for a path whose clients are never refused. `mostOpen` answers, each `slow` ms old at least. */
export function createCutter(mostOpen: number, slow: number): (res: ServerResponse) => void {
  const open = new Map<ServerResponse, number>();
  return (res) => {
    open.set(res, performance.now());
    res.once('close', () => open.delete(res));
    for (const [other, since] of open) {
      if (open.size <= mostOpen || performance.now() - since < slow) return;
      open.delete(other);
      other.destroy();
    }
  };
}
