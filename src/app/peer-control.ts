import type { Config, RouterConfig } from '../config/config.ts';
import { type PeerServer, peerServer } from '../control/server.ts';
import type { Action, ServerInterface } from '../control/target.ts';
import type { PeerAccess, PeerChange } from '../http/deps.ts';
import type { WireguardConfig } from '../sources/wireguard/config.ts';
import { machineOf } from './machines.ts';

/** Milliseconds for one change: it waits 15 s for another one on the server at the most. */
const CHANGE_MS = 30_000;

/** The WireGuard server that a router is configured as, or null. */
export const wireguardOf = (kinds: RouterConfig['kinds']) => kinds.find((config) => config.kind === 'wireguard') ?? null;

/** The access to a router's peers, or in a sentence why there is none. */
export function serverOf({ name, kinds }: RouterConfig): { server: PeerServer; wireguard: WireguardConfig } | { why: string } {
  const wireguard = wireguardOf(kinds);
  if (wireguard === null)
    return { why: `"${name}" is only read over HTTP, which changes nothing: say under wireguard how to log in there` };
  if (wireguard.configFile === 'none') {
    return { why: `"${name}" has config_file: none, so nothing keeps what a revoked peer needs to come back: name the file` };
  }
  const { run, asRoot } = machineOf(wireguard);
  return { server: peerServer((argv, stdin, signal) => run(asRoot(argv), stdin, signal)), wireguard };
}

/** An interface of a server, as the script is told of it. */
export const interfaceOf = ({ configFile, tool }: WireguardConfig, name: string): ServerInterface => ({
  interface: name,
  configFile,
  tool,
});

/** A signal that ends a change which takes too long. */
export const changeLimit = (): AbortSignal => AbortSignal.timeout(CHANGE_MS);

/** What the web application lets peers in and out by; `config` is the one that holds now. Changes of one server wait for each other. */
export function peerAccess(config: () => Config): PeerAccess {
  const servers = new Map<string, PeerServer>();
  return {
    change: async ({ router: name, interface: on, publicKey }, action: Action): Promise<PeerChange> => {
      const router = config().routers.find((each) => each.name === name);
      if (router === undefined) return refused(`There is no router "${name}" in the configuration now`);
      const found = serverOf(router);
      if ('why' in found) return refused(found.why);
      // By what it is: a configuration that is loaded anew may lead to another place by the same name.
      const key = JSON.stringify(found.wireguard);
      const server = servers.get(key) ?? found.server;
      servers.set(key, server);
      const result = await server.change({ ...interfaceOf(found.wireguard, on), publicKey }, action, changeLimit());
      if (!result.ok) return { ok: false, conflict: result.conflict, reason: result.reason };
      const { state, changed, notes } = result;
      return { ok: true, state, changed, notes };
    },
  };
}

const refused = (reason: string): PeerChange => ({ ok: false, conflict: true, reason });
