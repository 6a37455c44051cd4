import { ipOf, MOST_ADDRESSES } from '../../domain/people/limits/addresses.ts';

/** Ms that an address stays with a MAC after it was last shown: neighbours come and go, and each change is another request. */
const KEPT_MS = 1_800_000;
/** Addresses of all MACs on one router. */
const MOST_IN_ALL = 4096;

/** What each MAC has, with the interface that it was seen on where the router did not give it out. */
export type AddressesOfMacs = ReadonlyMap<string, readonly string[]>;

/** The addresses of each MAC on one router, from round to round. */
export interface LastingAddresses {
  /**
   * `shown`: what the router shows now; null if it was not read, which takes nothing away. `tick` is ms of a monotonic clock. Where there is no
   * room for all, the newest of a MAC stay, and MACs that are `named` before those that may be invented. `contested` ones stay with nobody.
   */
  of(shown: AddressesOfMacs | null, tick: number, named?: ReadonlySet<string>, contested?: ReadonlySet<string>): AddressesOfMacs;
}

/** Ms of the monotonic clock at which an address was shown first and last. */
interface KeptAddress {
  ip: string;
  first: number;
  last: number;
}

export function lastingAddresses(): LastingAddresses {
  let kept: ReadonlyMap<string, readonly KeptAddress[]> = new Map();
  let addresses: AddressesOfMacs = new Map();
  return {
    of(shown, tick, named = new Set(), contested = new Set()) {
      if (shown === null) return addresses;
      const isElsewhere = new Set([...[...shown.values()].flat().map(ipOf), ...contested]);
      const next = new Map<string, KeptAddress[]>();
      let room = MOST_IN_ALL;
      const keep = (mac: string) => {
        const before = kept.get(mac) ?? [];
        const since = new Map(before.map(({ ip, first }) => [ip, first]));
        const now = (shown.get(mac) ?? []).map((ip) => ({ ip, first: since.get(ip) ?? tick, last: tick }));
        // An address that another MAC has now is its own.
        const earlier = before.filter(({ ip, last }) => tick - last < KEPT_MS && !isElsewhere.has(ipOf(ip)));
        const own = [...now, ...earlier].sort((a, b) => b.first - a.first).slice(0, Math.min(MOST_ADDRESSES, room));
        room -= own.length;
        if (own.length > 0) next.set(mac, own);
      };
      const macs = new Set([...shown.keys(), ...kept.keys()]);
      for (const mac of macs) if (named.has(mac)) keep(mac);
      for (const mac of macs) if (room > 0 && !named.has(mac)) keep(mac);
      kept = next;
      addresses = new Map([...next].map(([mac, own]) => [mac, own.map(({ ip }) => ip).sort()]));
      return addresses;
    },
  };
}
