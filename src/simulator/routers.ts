import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Script } from './answers/answers.ts';
import { render, SCRIPTS } from './answers/answers.ts';
import type { World } from './world/world.ts';

export interface RoutersOptions {
  host?: string;
  /** The first router's port; the others follow. Default: a free one. */
  port?: number;
  /** Answers a request for a script. Default: with what the script prints now. */
  respond?: (asked: AskedScript) => void;
}

interface AskedScript {
  router: string;
  script: Script;
  /** What the script prints now. */
  text: () => string;
  request: IncomingMessage;
  response: ServerResponse;
}

export interface RunningRouters {
  routers: RunningRouter[];
  router(name: string): RunningRouter;
  close(): Promise<void>;
}

export interface RunningRouter {
  name: string;
  /** Address of the router, where `wrtmeter.cgi` answers. */
  url: string;
  /** The classic scripts. Only a gateway has an uplink or leases. */
  urls: { stations: string; wan?: string; leases?: string };
  /** Whether anyone listens on its port. */
  setListening(listening: boolean): Promise<void>;
}

/** Serves every router of the world on its own port, with the CGI scripts it would have. */
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

async function startRouter(world: World, name: string, host: string, port: number, { respond = honestly }: RoutersOptions) {
  const text = cachedRender(world, name);
  const server = createServer((request, response) => {
    const script = scriptOf(request);
    if (script === null) return void response.writeHead(404).end('Not found\n');
    respond({ router: name, script, text: () => text(script), request, response });
  });
  server.keepAliveTimeout = 20_000;
  await listen(server, host, port);
  const bound = (server.address() as AddressInfo).port;
  const url = `http://${host}:${bound}`;
  const cgi = (script: Script) => `${url}/cgi-bin/${script}.cgi`;
  const isGateway = world.router(name).uplinks.length > 0;

  async function setListening(listening: boolean): Promise<void> {
    if (!listening && server.listening) await shut(server);
    if (listening && !server.listening) await listen(server, host, bound);
  }

  const router: RunningRouter = {
    name,
    url,
    urls: { stations: cgi('totalwifi'), ...(isGateway && { wan: cgi('wan'), leases: cgi('dhcp') }) },
    setListening,
  };
  return { router, close: () => setListening(false) };
}

const honestly = ({ text, response }: AskedScript): void => answer(response, text());

/** As uhttpd answers for a CGI script, whose length it does not know beforehand. */
export function answer(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  if (body.length > 0) response.write(body);
  response.end();
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
