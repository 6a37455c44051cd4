import { startChild } from '../child.ts';

export interface BenchRouters {
  /** Name and address of each. */
  routers: [name: string, url: string][];
  /** Lets time pass for every device and renders all answers anew; throws once the benchmark is to stop. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts the routers of a world of this size, whose clocks begin at `start` (Unix ms). */
export async function startBenchRouters(
  size: { devices: number; routers: number; hosts: boolean },
  start: number,
  stop: AbortSignal,
): Promise<BenchRouters> {
  const child = startChild(new URL('./routers-child.ts', import.meta.url), [size.devices, size.routers, start, size.hosts ? 1 : 0]);
  return {
    routers: (await child.next()) as BenchRouters['routers'],
    async advance(seconds) {
      stop.throwIfAborted();
      child.tell(seconds);
      await child.next();
    },
    close: child.close,
  };
}
