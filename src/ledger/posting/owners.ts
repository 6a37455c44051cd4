import type { Observation } from '../../domain/observation.ts';
import type { RouterRound } from '../../domain/round.ts';

/** The MAC that an address belongs to, by a router's answers of one round; null where they name none, or contradict each other. */
export type OwnerOf = (ip: string) => string | null;

/**
 * Which MAC has which address at a router now: by its neighbour table, which decides where packets are delivered, then by its leases,
 * then by what sends from the address. Other routers are left out: their networks may have the same addresses.
 * Rule: unknown address.
 */
export function ownersAt({ results }: Pick<RouterRound, 'results'>): OwnerOf {
  // Gathered on demand: most routers are asked for no address, and the neighbour table answers nearly all the rest.
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

/** Null where two MACs have the same address: it is not known whose it is. */
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
