import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Script } from './answers/answers.ts';
import { render, SCRIPTS } from './answers/answers.ts';
import type { Fault } from './faults.ts';
import { answer, answerWith } from './faults.ts';
import type { World } from './world/world.ts';

export interface RoutersOptions {
  host?: string;
  /** The first router's port; the others follow. Default: any that is free. */
  port?: number;
  /** What a request must carry, or it is answered with 401. */
  auth?: { token: string } | { username: string; password: string };
  /** Told at the moment at which an answer is rendered, however much of it arrives. */
  onAnswer?: (router: string, script: Script, fault: Fault | null) => void;
}

export interface RunningRouters {
  routers: RunningRouter[];
  router(name: string): RunningRouter;
  close(): Promise<void>;
}

interface RunningRouter {
  name: string;
  /** Of the box; `wrtmeter.cgi` is what answers there. */
  url: string;
  /** The classic scripts. Only a gateway knows an uplink or leases. */
  urls: { stations: string; wan?: string; leases?: string };
  /** How many requests each script had. */
  readonly requests: Record<Script, number>;
  /** From now on this script fails, or all of them; null ends it. */
  setFault(fault: Fault | null, script?: Script): Promise<void>;
}

/** Puts every router of the world on a port of its own, with the CGI scripts it would have. */
export async function startRouters(world: World, options: RoutersOptions = {}): Promise<RunningRouters> {
  const { host = '127.0.0.1', port = 0 } = options;
  const started: { router: RunningRouter; close: () => Promise<void> }[] = [];
  const close = async () => void (await Promise.all(started.map((s) => s.close())));
  try {
    for (const name of world.routers.keys()) {
      started.push(await startRouter(world, name, host, port === 0 ? 0 : port + started.length, options));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const routers = started.map((s) => s.router);
  const router = (name: string) => {
    const found = routers.find((r) => r.name === name);
    if (found === undefined) throw new Error(`No router is called "${name}"`);
    return found;
  };
  return { routers, router, close };
}

async function startRouter(world: World, name: string, host: string, port: number, options: RoutersOptions) {
  const faults = new Map<Script, Fault>();
  const requests: Record<Script, number> = { totalwifi: 0, wan: 0, dhcp: 0, wrtmeter: 0 };
  const text = cachedRender(world, name);
  const server = createServer((request, response) => {
    const script = scriptOf(request);
    if (script === null) return void response.writeHead(404).end('Not found\n');
    requests[script]++;
    if (!isAllowed(request, options.auth)) return deny(response);
    const fault = faults.get(script) ?? null;
    options.onAnswer?.(name, script, fault);
    if (fault === null) answer(response, text(script));
    else answerWith(fault, text(script), request, response);
  });
  server.keepAliveTimeout = 20_000;
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  const url = `http://${host}:${bound}`;
  const cgi = (script: Script) => `${url}/cgi-bin/${script}.cgi`;
  const isGateway = world.router(name).uplinks.length > 0;

  async function setFault(fault: Fault | null, script?: Script): Promise<void> {
    for (const each of script === undefined ? SCRIPTS : [script]) {
      if (fault === null) faults.delete(each);
      else faults.set(each, fault);
    }
    const refuses = [...faults.values()].some((f) => f.kind === 'refuse');
    if (refuses && server.listening) await shut(server);
    if (!refuses && !server.listening) await listen(server, host, bound);
  }

  const router: RunningRouter = {
    name,
    url,
    urls: { stations: cgi('totalwifi'), ...(isGateway && { wan: cgi('wan'), leases: cgi('dhcp') }) },
    requests,
    setFault,
  };
  return { router, close: () => (server.listening ? shut(server) : Promise.resolve()) };
}

/** A router answers at once, as long as nothing has changed. */
function cachedRender(world: World, router: string): (script: Script) => string {
  const cache = new Map<Script, { revision: number; text: string }>();
  return (script) => {
    const { revision } = world;
    const cached = cache.get(script);
    if (cached?.revision === revision) return cached.text;
    const text = render(world, router, script);
    cache.set(script, { revision, text });
    return text;
  };
}

function scriptOf({ url = '' }: IncomingMessage): Script | null {
  const name = /^\/cgi-bin\/(\w+)\.cgi(?:\?|$)/.exec(url)?.[1];
  return SCRIPTS.find((script) => script === name) ?? null;
}

function isAllowed({ headers }: IncomingMessage, auth: RoutersOptions['auth']): boolean {
  if (auth === undefined) return true;
  if ('token' in auth) return headers.authorization === `Bearer ${auth.token}`;
  return headers.authorization === `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

function deny(response: ServerResponse): void {
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="router"', 'Content-Type': 'text/plain' }).end('401\n');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
