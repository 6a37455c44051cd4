/** Counts failures: per address, and of all addresses together. */
export interface Attempts {
  /** Seconds until an address may present a token again; 0 = now. `tick` is in ms of a monotonic clock. */
  wait(address: string, tick: number): number;
  /** Counts a wrong token. */
  failed(address: string, tick: number): void;
}

/** Failures that an address may have at once, and the ms after which one of them expires. */
const OWN = { most: 10, forgive: 6000 };
/** The same for all addresses together; above it, each may have fewer at once. */
const ALL = { most: 60, forgive: 1000, own: 3 };
/** Addresses to remember; the one whose last failure is oldest is dropped first. */
const MOST_ADDRESSES = 1024;

/** Failures at `tick` that have not expired. */
interface Debt {
  failures: number;
  tick: number;
}

/**
 * Limits wrong tokens. An address with too many failures is refused for some seconds, even with a right token: otherwise a right guess
 * would show. An address without failures is never refused because of others: at worst it may have fewer failures at once.
 * Addresses are not grouped by network: on a LAN all share one, so a neighbour could lock the others out.
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
      // Delete first, so that the map stays in order of the last failures.
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
