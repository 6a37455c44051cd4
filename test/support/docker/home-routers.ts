import { type RunningRouters, startRouters } from '../simulator/routers.ts';
import { SMALL } from '../simulator/small.ts';
import { createWorld, type World } from '../simulator/world.ts';
import { bridgeAddress } from './daemon.ts';

/** Routers of a small home that containers reach. */
export interface HomeRouters extends RunningRouters {
  world: World;
}

/** Starts them; a Docker daemon must run. */
export async function startHomeRouters(token: string): Promise<HomeRouters> {
  const host = await bridgeAddress();
  const world = createWorld({ ...SMALL, start: Date.now() });
  const routers = await startRouters(world, { host, auth: { token } });
  // Time passes in the routers too: an uptime that does not grow would be a stale answer.
  const clock = setInterval(() => world.advance(Math.max(0, (Date.now() - world.now) / 1000)), 500);
  return {
    ...routers,
    world,
    close: () => {
      clearInterval(clock);
      return routers.close();
    },
  };
}
