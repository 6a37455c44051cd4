import type { Observation } from '../../domain/observation.ts';
import type { RouterRound } from '../../domain/round.ts';

/** The MAC that an address belongs to, by what a router tells in one round; null where it tells none, or two that contradict each other. */
export type OwnerOf = (ip: string) => string | null;

/**
 * Who has which address at a router now: its neighbour table, which knows whom packets are delivered to, then its leases, then who
 * sends from the address. Another router's facts are left out: its networks may have the same addresses.
 */
export function ownersAt({ results }: Pick<RouterRound, 'results'>): OwnerOf {
  // Each is gathered when it is asked for: most routers are asked for nobody, and the first tells nearly all of the others.
  const gathered: Map<string, string | null>[] = [];
  const gather = (pairsOf: (observation: Observation) => Pair[]) =>
    ownersIn(results.flatMap((result) => (result.status === 'ok' ? pairsOf(result.observation) : [])));
  return (ip) => {
    for (const [i, pairsOf] of [neighbours, leases, senders].entries()) {
      const owners = gathered[i] ?? gather(pairsOf);
      gathered[i] = owners;
      const mac = owners.get(ip);
      if (mac !== undefined) return mac;
    }
    return null;
  };
}

type Pair = readonly [ip: string, mac: string];

/** Null stands where two have the same address: it is not known whose it is. */
function ownersIn(pairs: readonly Pair[]): Map<string, string | null> {
  const owners = new Map<string, string | null>();
  for (const [ip, mac] of pairs) {
    const known = owners.get(ip);
    owners.set(ip, known === undefined || known === mac ? mac : null);
  }
  return owners;
}

const neighbours = (observation: Observation): Pair[] =>
  observation.source === 'neighbours'
    ? observation.neighbours.filter(({ state }) => state !== 'FAILED').map(({ ip, mac }) => [ip, mac])
    : [];

const leases = (observation: Observation): Pair[] =>
  observation.source === 'leases' ? observation.leases.map(({ ip, mac }) => [ip, mac]) : [];

const senders = (observation: Observation): Pair[] =>
  observation.source === 'hosts' ? observation.hosts.flatMap(({ ip, mac }) => (mac === null ? [] : [[ip, mac] as const])) : [];
