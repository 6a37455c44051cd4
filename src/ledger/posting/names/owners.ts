import type { Observation } from '../../../domain/observation.ts';
import type { RouterRound } from '../../../domain/round.ts';

/** The MAC that an address belongs to, by a router's answers of one round; null where they name none, or contradict each other. */
export type OwnerOf = (ip: string) => string | null;

/**
 * Which MAC has which address at a router now: by its neighbour table, which decides where packets are delivered, then by its leases,
 * then by what sends from the address. Other routers are left out: their networks may have the same addresses.
 * Rule: unknown address.
 */
export function ownersAt({ results }: Pick<RouterRound, 'results'>): OwnerOf {
  // Gathered on demand: most routers are asked for no address, and the neighbour table answers nearly all the rest.
  const gathered: AddressOwners[][] = [];
  const gather = (ownersOf: (observation: Observation) => AddressOwners | null) =>
    results.flatMap((result) => (result.status === 'ok' ? (ownersOf(result.observation) ?? []) : []));
  return (ip) => {
    for (const [i, ownersOf] of SEEN_BY.entries()) {
      const all = gathered[i] ?? gather(ownersOf);
      gathered[i] = all;
      const mac = ownerIn(all, ip);
      if (mac !== undefined) return mac;
    }
    return null;
  };
}

/** The MAC of each address; null where two have the same address: it is not known whose it is. */
type AddressOwners = ReadonlyMap<string, string | null>;

function ownerIn(all: readonly AddressOwners[], ip: string): string | null | undefined {
  let found: string | null | undefined;
  for (const owners of all) {
    const mac = owners.get(ip);
    if (mac !== undefined) found = found === undefined || found === mac ? mac : null;
  }
  return found;
}

interface Entry {
  ip: string;
  mac: string | null;
  state?: string;
}

/** Of lists that were gathered before: one that did not change is the same object in the next round. */
const known = new WeakMap<readonly Entry[], AddressOwners>();

function ownersIn(list: readonly Entry[]): AddressOwners {
  const gathered = known.get(list);
  if (gathered !== undefined) return gathered;
  const owners = new Map<string, string | null>();
  for (const { ip, mac, state } of list) {
    if (mac === null || state === 'FAILED') continue;
    const other = owners.get(ip);
    owners.set(ip, other === undefined || other === mac ? mac : null);
  }
  known.set(list, owners);
  return owners;
}

const neighbours = (observation: Observation): AddressOwners | null =>
  observation.source === 'neighbours' ? ownersIn(observation.neighbours) : null;

const leases = (observation: Observation): AddressOwners | null => (observation.source === 'leases' ? ownersIn(observation.leases) : null);

const senders = (observation: Observation): AddressOwners | null => (observation.source === 'hosts' ? ownersIn(observation.hosts) : null);

/** In the order in which they count. */
const SEEN_BY = [neighbours, leases, senders];
