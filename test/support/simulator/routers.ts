import type { IncomingMessage, ServerResponse } from 'node:http';
import { SCRIPTS, type Script } from '../../../src/simulator/answers/answers.ts';
import { answer, type RunningRouter as HonestRouter, startRouters as startHonestRouters } from '../../../src/simulator/routers.ts';
import type { World } from '../../../src/simulator/world/world.ts';
import { answerWith, type Fault } from './faults.ts';

export interface RoutersOptions {
  host?: string;
  /** The first router's port; the others follow. Default: any that is free. */
  port?: number;
  /** What a request must carry, or it is answered with 401. */
  auth?: { token: string } | { username: string; password: string };
  /** Called at the moment at which an answer is rendered, however much of it arrives. */
  onAnswer?: (router: string, script: Script, fault: Fault | null) => void;
}

export interface RunningRouters {
  routers: RunningRouter[];
  router(name: string): RunningRouter;
  close(): Promise<void>;
}

interface RunningRouter extends HonestRouter {
  /** How many requests each script had. */
  readonly requests: Record<Script, number>;
  /** From now on this script fails, or all of them; null ends it. */
  setFault(fault: Fault | null, script?: Script): Promise<void>;
}

/** Serves every router of the world on its own port; a test can make it fail. */
export async function startRouters(world: World, { host, port, auth, onAnswer }: RoutersOptions = {}): Promise<RunningRouters> {
  const states = new Map([...world.routers.keys()].map((name) => [name, newState()]));
  const running = await startHonestRouters(world, {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    respond({ router, script, text, request, response }) {
      const { requests, faults } = stateOf(states, router);
      requests[script]++;
      if (!isAllowed(request, auth)) return deny(response);
      const fault = faults.get(script) ?? null;
      onAnswer?.(router, script, fault);
      if (fault === null) answer(response, text());
      else answerWith(fault, text(), request, response);
    },
  });
  const routers = running.routers.map((router): RunningRouter => {
    const { requests, faults } = stateOf(states, router.name);
    async function setFault(fault: Fault | null, script?: Script): Promise<void> {
      for (const each of script === undefined ? SCRIPTS : [script]) {
        if (fault === null) faults.delete(each);
        else faults.set(each, fault);
      }
      await router.setListening(![...faults.values()].some(({ kind }) => kind === 'refuse'));
    }
    return { ...router, requests, setFault };
  });
  const router = (name: string) => {
    const found = routers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`No router is called "${name}"`);
    return found;
  };
  return { routers, router, close: running.close };
}

interface RouterState {
  requests: Record<Script, number>;
  faults: Map<Script, Fault>;
}

const newState = (): RouterState => ({ requests: { totalwifi: 0, wan: 0, dhcp: 0, wrtmeter: 0 }, faults: new Map() });

function stateOf(states: ReadonlyMap<string, RouterState>, name: string): RouterState {
  const state = states.get(name);
  if (state === undefined) throw new Error(`No router is called "${name}"`);
  return state;
}

function isAllowed({ headers }: IncomingMessage, auth: RoutersOptions['auth']): boolean {
  if (auth === undefined) return true;
  if ('token' in auth) return headers.authorization === `Bearer ${auth.token}`;
  return headers.authorization === `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

function deny(response: ServerResponse): void {
  response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="router"', 'Content-Type': 'text/plain' }).end('401\n');
}
