import { startChild } from '../child.ts';
import type { Size } from '../sizes.ts';

/** A router as it stands in the configuration; those with classic scripts have the URL of each. */
export type BenchRouter = { name: string } & ({ url: string } | { urls: { stations: string; wan?: string; leases?: string } });

export interface BenchRouters {
  routers: BenchRouter[];
  /** Lets every device live up to now and renders all answers anew; throws once the benchmark is to stop. */
  advance(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the routers of a world of this size. */
export async function startBenchRouters(
  { devices, routers, hosts, classic }: Pick<Size, 'devices' | 'routers' | 'hosts' | 'classic'>,
  stop: AbortSignal,
): Promise<BenchRouters> {
  const child = startChild(new URL('./routers-child.ts', import.meta.url), [devices, routers, Number(hosts), Number(classic)]);
  const listening = (await child.next()) as [name: string, url: string][];
  return {
    routers: listening.map(([name, url], index) => (classic ? withScripts(name, url, index === 0) : { name, url })),
    async advance() {
      stop.throwIfAborted();
      child.tell('advance');
      await child.next();
    },
    close: child.close,
  };
}

function withScripts(name: string, url: string, isGateway: boolean): BenchRouter {
  const script = (file: string) => `${url}/cgi-bin/${file}.cgi`;
  return { name, urls: { stations: script('totalwifi'), ...(isGateway && { wan: script('wan'), leases: script('dhcp') }) } };
}
