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
  /** Milliseconds of waiting during which an answer may stay unread; then it ends. */
  stalled: number;
  /** Milliseconds of waiting after which an answer ends in any case. */
  longest: number;
}

/** An answer that is made or sent while others wait: how often it was checked, and what its client had read by then. */
interface Turn {
  checks: number;
  unread: number;
  read: number;
}

/** Waits for a turn. Throws a RequestError. */
export type TakeTurn = (context: Context) => Promise<void>;

/** Seconds after which a refused client should ask again. */
const RETRY_AFTER = 5;
/** How often answers are checked within the time that they may stay unread. */
const CHECKS = 4;

/** Large answers a few at a time, because each is in memory until its client has read it. A turn ends with the response. */
export function createTurns({ atOnce, waiting, patience, stalled, longest }: TurnTerms): TakeTurn {
  const busy = new Map<ServerResponse, Turn>();
  const queue: { begin: () => void; refuse: () => void }[] = [];
  let checking: NodeJS.Timeout | undefined;

  function begin({ res }: Context): void {
    busy.set(res, { checks: 0, unread: 0, read: -1 });
    res.once('close', () => {
      busy.delete(res);
      queue.shift()?.begin();
    });
  }

  /** The turns of clients that do not read go to those that wait. */
  function endStalled(): void {
    for (const [res, turn] of busy) {
      const unread = res.socket?.writableLength ?? 0;
      const read = (res.socket?.bytesWritten ?? 0) - unread;
      // Without anything to read the answer is still being made.
      turn.unread = read !== turn.read || unread === 0 ? 0 : turn.unread + 1;
      turn.read = read;
      turn.checks += 1;
      if (turn.unread >= CHECKS || turn.checks * stalled > longest * CHECKS) res.destroy();
    }
  }

  function wait(context: Context): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        context.res.off('close', entry.refuse);
        const place = queue.indexOf(entry);
        if (place >= 0) queue.splice(place, 1);
        if (queue.length > 0) return;
        clearInterval(checking);
        checking = undefined;
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
      checking ??= setInterval(endStalled, stalled / CHECKS);
    });
  }

  return async (context) => {
    if (context.res.closed || (busy.size >= atOnce && queue.length >= waiting)) throw busyError(context);
    if (busy.size < atOnce) begin(context);
    else await wait(context);
  };
}

function busyError(context: Context): RequestError {
  context.set('Retry-After', String(RETRY_AFTER));
  return new RequestError(503, `Busy with other large answers: ask again in ${RETRY_AFTER} s`);
}

/** For a path whose clients are never refused: of more than `most` answers, those that stay unread for `slow` ms end, the oldest first. */
export function createCutter(most: number, slow: number): (res: ServerResponse) => void {
  const open = new Set<ServerResponse>();
  const old = new Set<ServerResponse>();
  return (res) => {
    open.add(res);
    const timer = setTimeout(() => old.add(res), slow);
    res.once('close', () => {
      clearTimeout(timer);
      open.delete(res);
      old.delete(res);
    });
    for (const other of old) {
      if (open.size <= most) return;
      open.delete(other);
      old.delete(other);
      other.destroy();
    }
  };
}
