import { takeLimits } from './answers/limits.ts';
import { home } from './home/home.ts';
import type { RoutersOptions, RunningRouters } from './routers.ts';
import { answer, startRouters } from './routers.ts';
import { createDen } from './tplink/den.ts';
import { dmAnswers } from './tplink/dm.ts';
import { startTplink } from './tplink/server.ts';
import type { World } from './world/world.ts';
import { createWorld } from './world/world.ts';

export interface DemoOptions extends Pick<RoutersOptions, 'host' | 'port'> {
  /** Unix milliseconds; the demo runs by this clock. */
  now: () => number;
  seed?: number;
  /** The version that the routers' scripts report. */
  script?: string;
  /** What the home's clocks show when the demo begins, whatever the hour is outside: an evening has the most to see. Default 19. */
  hour?: number;
  /** Seconds of life that lie behind the home when the demo begins. Default: six hours. */
  past?: number;
}

export interface RunningDemo {
  world: World;
  /** The routers' names and addresses, as a configuration names them; `wrtmeter.cgi` answers there, and the classic scripts too. */
  routers: RunningRouters['routers'];
  /** One with TP-Link's own firmware, which wants a password. */
  tplink: { name: string; url: string; password: string };
  /** Sends a wanted state to a router and gives the answer of its limits.sh. */
  limits(router: string, wanted: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts the routers of a home and lets its time pass in real time, until it is closed. */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { now, seed = 1, hour = 19, past = 6 * 3600, script, host, port } = options;
  const begin = now();
  const den = createDen(seed, now);
  const world = createWorld(
    home(seed, { start: begin - past * 1000, utcOffset: offsetFor(begin, hour), ...(script !== undefined && { script }) }),
  );
  world.advance(past);
  const catchUp = () => {
    // A clock that is set back stops the home's time, never turns it back.
    const passed = now() - world.now;
    if (passed <= 0) return;
    // By the second, as limits need it.
    for (let left = passed; left > 0; left -= 1000) world.advance(Math.min(1000, left) / 1000);
    den.live(passed);
  };
  // Also at every answer: a router that shows the same uptime twice would be taken for one that repeats itself.
  const running = await startRouters(world, {
    respond({ text, response }) {
      catchUp();
      answer(response, text());
    },
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
  });
  const router = await startTplink(den.router, dmAnswers, {
    fault(_, honest) {
      catchUp();
      return honest();
    },
    ...(host !== undefined && { host }),
    ...(port !== undefined && port !== 0 && { port: port + running.routers.length }),
  }).catch(async (error) => {
    await running.close();
    throw error;
  });
  const timer = setInterval(catchUp, 1000);
  return {
    world,
    routers: running.routers,
    tplink: { name: 'den', url: router.url, password: den.router.password },
    async limits(router, wanted) {
      catchUp();
      world.revision++;
      return takeLimits(world.router(router).limits, wanted, world.now);
    },
    async close() {
      clearInterval(timer);
      await router.close();
      await running.close();
    },
  };
}

/** Minutes ahead of UTC at which it is that hour now, sharp. */
function offsetFor(now: number, hour: number): number {
  const minutes = Math.floor(now / 60_000) % 1440;
  return (hour * 60 - minutes + 1440) % 1440;
}
