import { DAY_MS } from '../../domain/calendar.ts';
import { temporaryAddress } from '../world/addresses.ts';
import type { World } from '../world/world.ts';

/** An entry of the gateway's table of neighbours. */
export interface SimulatedNeighbour {
  ip: string;
  mac: string;
  state: 'REACHABLE' | 'STALE';
}

/** The kernel's table is longer than the list of devices on the air: a device with a lease was here lately. */
export function neighboursOf({ devices, now, spec: { seed } }: World): SimulatedNeighbour[] {
  return [...devices.values()].flatMap(({ spec, current, lease, address, unmet }) => {
    const here = current !== null || spec.wired === true;
    if (unmet || (!here && lease === null)) return [];
    const idle = current === null ? 0 : now - current.lastActive;
    const state = here && idle < 30_000 ? 'REACHABLE' : 'STALE';
    const { mac, address6, slaac } = spec;
    const own = [address, ...(address6 === undefined ? [] : [address6])].map((ip) => ({ ip, mac, state }) as const);
    // Yesterday's address stays in use for what began then.
    const made = slaac === undefined ? [] : [now, now - DAY_MS].map((at) => temporaryAddress(mac, slaac, seed, at));
    return [...own, ...made.map((ip, i) => ({ ip, mac, state: i === 0 ? state : 'STALE' }) as const)];
  });
}
