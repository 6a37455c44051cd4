import type { Config, RouterConfig } from '../../config/config.ts';
import { type PeerServer, peerServer } from '../../control/server.ts';
import type { Action, ServerInterface } from '../../control/target.ts';
import type { PeerChange, PeerControl } from '../../http/deps.ts';
import type { WireguardConfig } from '../../sources/wireguard/config.ts';
import { machineOf } from '../tools/machines.ts';

/** Milliseconds for one change, which waits at most 15 s for another one on the server. */
const CHANGE_MS = 30_000;

/** The WireGuard configuration of a router, or null. */
export const wireguardOf = (kinds: RouterConfig['kinds']) => kinds.find((config) => config.kind === 'wireguard') ?? null;

/** The server that changes a router's peers, or a sentence why there is none. */
export function serverOf({ name, kinds }: RouterConfig): { server: PeerServer; wireguard: WireguardConfig } | { why: string } {
  const wireguard = wireguardOf(kinds);
  if (wireguard === null)
    return { why: `"${name}" is only read over HTTP, so its peers cannot be changed: configure under wireguard how to log in there` };
  if (wireguard.configFile === 'none') {
    return {
      why: `"${name}" has config_file: none, so a revoked peer could not be restored: set config_file to the file of the interface`,
    };
  }
  const { run, asRoot } = machineOf(wireguard);
  return { server: peerServer((argv, stdin, signal) => run(asRoot(argv), stdin, signal)), wireguard };
}

/** An interface of a server, in the form that the script expects. */
export const interfaceOf = ({ configFile, tool }: WireguardConfig, name: string): ServerInterface => ({
  interface: name,
  configFile,
  tool,
});

/** A signal that aborts a change that takes too long. */
export const changeLimit = (): AbortSignal => AbortSignal.timeout(CHANGE_MS);

/** Changes peers for the web application; `config` returns the current configuration. Changes on one server wait for each other. */
export function peerControl(config: () => Config): PeerControl {
  const servers = new Map<string, PeerServer>();
  return {
    change: async ({ router: name, interface: on, publicKey }, action: Action): Promise<PeerChange> => {
      const router = config().routers.find((each) => each.name === name);
      if (router === undefined) return refused(`Router "${name}" was removed from the configuration`);
      const found = serverOf(router);
      if ('why' in found) return refused(found.why);
      // By configuration, not by name: after a reload, the same name may mean another server.
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
