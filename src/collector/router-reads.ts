import { setMaxListeners } from 'node:events';
import type { RouterRound } from '../domain/round.ts';
import { type Clock, type RouterToRead, readRouter } from './round.ts';

/** Gets each answer of a router as it arrives. */
export type OnRead = (read: RouterRound) => void;

/** Reads routers, each once at a time: who needs one that is being read shares the answer. */
export interface RouterReads {
  /** For a round. */
  read: typeof readRouter;
  /** Reads those that are not being read, and returns their names. What is read is posted by nobody, unless a round shares it. */
  readBetween(routers: readonly RouterToRead[]): string[];
  /** Names of those that are being read. */
  running(): string[];
  /** Cuts what was begun between rounds short, and waits for its end. */
  cut(): Promise<void>;
}

/** `onBug` gets what a reading throws that nobody waits for. */
export function createRouterReads(clock: Clock, onRead: OnRead, onBug: (error: unknown) => void): RouterReads {
  const running = new Map<string, Promise<RouterRound>>();
  let between = new AbortController();

  function read(router: RouterToRead, signal: AbortSignal): Promise<RouterRound> {
    const shared = running.get(router.name);
    if (shared !== undefined) return shared;
    const done = readRouter(router, signal, clock)
      .finally(() => running.delete(router.name))
      .then((answer) => {
        if (!signal.aborted) onRead(answer);
        return answer;
      });
    running.set(router.name, done);
    return done;
  }

  return {
    read,
    readBetween(routers) {
      setMaxListeners(0, between.signal);
      const idle = routers.filter(({ name, onlyInRounds }) => !onlyInRounds && !running.has(name));
      for (const router of idle) read(router, between.signal).catch(onBug);
      return idle.map(({ name }) => name);
    },
    running: () => [...running.keys()],
    async cut() {
      between.abort();
      between = new AbortController();
      await Promise.allSettled(running.values());
    },
  };
}
