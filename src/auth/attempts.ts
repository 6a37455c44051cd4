/** Failures that are counted: each address has its own count, and there is one of all. */
export interface Attempts {
  /** Seconds until an address may present a token again; 0 = now. `tick` in ms on a clock that never steps. */
  wait(address: string, tick: number): number;
  /** Counts a wrong token. */
  failed(address: string, tick: number): void;
}

/** Failures that an address has at once, and the ms after which one of them is forgiven. */
const OWN = { most: 10, forgive: 6000 };
/** The same for all addresses together; beyond it each has fewer at once. */
const ALL = { most: 60, forgive: 1000, own: 3 };
/** Addresses that are remembered; the one that failed longest ago goes first. */
const MOST_ADDRESSES = 1024;

/** Failures not yet forgiven, as they stood at `tick`. */
interface Debt {
  failures: number;
  tick: number;
}

/**
 * Limits wrong tokens. An address that failed too often is not heard for some seconds, whatever it presents, or a right guess would
 * still be told. What others did never shuts an address out that has not failed itself: at worst it has fewer failures at once.
 * An address is taken as it is, not by its network: on a LAN all share one, and a neighbour could lock the others out.
 */
export function createAttempts(): Attempts {
  const byAddress = new Map<string, Debt>();
  let all: Debt = { failures: 0, tick: 0 };
  return {
    wait(address, tick) {
      const own = owed(byAddress.get(address), OWN.forgive, tick);
      const most = owed(all, ALL.forgive, tick) > ALL.most - 1 ? ALL.own : OWN.most;
      return own <= most - 1 ? 0 : Math.ceil(((own - (most - 1)) * OWN.forgive) / 1000);
    },
    failed(address, tick) {
      all = { failures: Math.min(owed(all, ALL.forgive, tick) + 1, ALL.most), tick };
      const failures = owed(byAddress.get(address), OWN.forgive, tick) + 1;
      // Taken out first, so that the map stays in the order of the last failures.
      byAddress.delete(address);
      byAddress.set(address, { failures, tick });
      const [oldest] = byAddress.keys();
      if (byAddress.size > MOST_ADDRESSES && oldest !== undefined) byAddress.delete(oldest);
    },
  };
}

function owed(debt: Debt | undefined, forgive: number, tick: number): number {
  return debt === undefined ? 0 : Math.max(0, debt.failures - (tick - debt.tick) / forgive);
}
