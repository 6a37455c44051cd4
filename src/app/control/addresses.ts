/** Ms that an address stays with a MAC after it was last shown: neighbours come and go, and each change is another request. */
const KEPT_MS = 1_800_000;

/** What each MAC has. */
export type AddressesOfMacs = ReadonlyMap<string, readonly string[]>;

/** The addresses of each MAC on one router, from round to round. */
export interface LastingAddresses {
  /** `shown`: what the router shows now; null if it was not read, which takes nothing away. `tick` is ms of a monotonic clock. */
  of(shown: AddressesOfMacs | null, tick: number): AddressesOfMacs;
}

export function lastingAddresses(): LastingAddresses {
  let kept = new Map<string, { mac: string; tick: number }>();
  let addresses: AddressesOfMacs = new Map();
  return {
    of(shown, tick) {
      if (shown === null) return addresses;
      // An address that another MAC has now is its own.
      for (const [mac, ips] of shown) for (const ip of ips) kept.set(ip, { mac, tick });
      kept = new Map([...kept].filter(([, last]) => tick - last.tick < KEPT_MS));
      const byMac = new Map<string, string[]>();
      for (const [ip, { mac }] of kept) byMac.set(mac, [...(byMac.get(mac) ?? []), ip]);
      addresses = byMac;
      return addresses;
    },
  };
}
