import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface BenchRouters {
  /** Name and address of each. */
  routers: [name: string, url: string][];
  /** Lets time pass for every device and renders all answers anew; throws once the benchmark is to stop. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

const CHILD = fileURLToPath(new URL('routers-child.ts', import.meta.url));

/** Starts the routers of a world of this size, whose clocks begin at `start` (Unix ms). */
export async function startBenchRouters(
  size: { devices: number; routers: number },
  start: number,
  stop: AbortSignal,
): Promise<BenchRouters> {
  const child = fork(CHILD, [size.devices, size.routers, start].map(String), { execArgv: ['--import', 'tsx'] });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The simulated routers ended with ${code}`)));
  });
  ended.catch(() => {});
  const told = async () => (await Promise.race([once(child, 'message'), ended]))[0];
  const routers: BenchRouters['routers'] = await told();
  return {
    routers,
    async advance(seconds) {
      stop.throwIfAborted();
      child.send(seconds);
      await told();
    },
    async close() {
      child.disconnect();
      await ended.catch(() => {});
    },
  };
}
