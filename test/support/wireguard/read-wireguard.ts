import { inspect } from 'node:util';
import { probesOf } from '../../../src/app/from-config.ts';
import { readRound } from '../../../src/collector/round.ts';
import type { RouterConfig } from '../../../src/config/config.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { RouterRound } from '../../../src/domain/round.ts';
import type { Probe } from '../../../src/sources/source.ts';
import type { WireguardConfig } from '../../../src/sources/wireguard/config.ts';
import { START } from '../ledger/rounds.ts';

/** The WireGuard of this machine, with the default configuration. */
export const HERE: WireguardConfig = { ssh: null, container: null, sudo: false, tool: 'auto', interfaces: [], configFile: null };

/** The router `vpn`, of which nothing but its WireGuard is configured. */
export const serverConfig = (wireguard: WireguardConfig): RouterConfig => ({
  name: 'vpn',
  was: [],
  kinds: [{ kind: 'wireguard', ...wireguard }],
  credentials: { kind: 'none' },
  tls: { ca: null, insecure: false },
  lineRate: 1e10,
  billing: { day: 1 },
  timeout: 10,
  counterBits: null,
  limits: null,
});

/** The requests that read it. */
export const serverProbes = (wireguard: WireguardConfig): Probe[] => probesOf(serverConfig(wireguard));

/** One round of the router `vpn`, some seconds after the start of a bench. */
export async function read(probes: readonly Probe[], seconds = 0, timeout = 8000): Promise<RouterRound> {
  const at = START + seconds * 1000;
  const { routers } = await readRound([{ name: 'vpn', probes, timeout: timeout / 1000 }], AbortSignal.timeout(timeout), {
    now: () => at,
    tick: () => at,
  });
  const [only] = routers;
  if (only === undefined) throw new Error('No router was read');
  return only;
}

export const readServer = (wireguard: WireguardConfig): Promise<RouterRound> => read(serverProbes(wireguard));

type PeersRead = Extract<Observation, { source: 'peers' }>;

/** Peers read in a round; throws if it failed. */
export function peersIn({ results }: RouterRound): PeersRead {
  const [result] = results;
  if (result?.status !== 'ok') throw new Error(`The reading failed: ${result?.reason} ${result?.message}`);
  if (result.observation.source !== 'peers') throw new Error('No peers were read');
  return result.observation;
}

/** Why a round failed; throws where it did not. */
export function failureIn({ results }: RouterRound): string {
  const [result] = results;
  if (result?.status !== 'failed') throw new Error(`The reading did not fail: ${inspect(result)}`);
  return `${result.reason}: ${result.message}`;
}
