import { dayOf, HOUR_MS, hourOf, type Month, startOfDay } from '../../domain/calendar.ts';
import { minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import type { Account } from '../account.ts';
import type { Books } from '../books.ts';
import { readUsage } from '../storage/read-usage.ts';
import type { Store } from '../storage/store.ts';

/** The sides of a gateway that are compared. */
export interface Sides {
  uplinks: Account[];
  hosts: Account[];
  /** Without the far ends of the router's own tunnels. */
  peers: Account[];
}

/** From when a gateway's uplinks and hosts are compared, and what its month sums have from before. */
export interface Compared {
  /** Unix ms; a full hour, or the start of the month. */
  from: number;
  before: Record<keyof Sides, Traffic>;
}

/** What each side of a router has. If all its uplinks are overlays, they count, as in the home's sum. */
export function sidesOf(accounts: Iterable<Account>): Map<string, Sides & { overlays: Account[] }> {
  const found = new Map<string, Sides & { overlays: Account[] }>();
  for (const account of accounts) {
    const side = sideOf(account);
    if (side === null) continue;
    const sides = found.get(account.router) ?? { uplinks: [], overlays: [], hosts: [], peers: [] };
    found.set(account.router, sides);
    sides[side].push(account);
  }
  for (const sides of found.values()) {
    if (sides.uplinks.length === 0) [sides.uplinks, sides.overlays] = [sides.overlays, []];
    const tunnels = new Set(sides.overlays.map(({ interface: name }) => name));
    sides.peers = sides.peers.filter(({ interface: name }) => !tunnels.has(name));
  }
  return found;
}

function sideOf({ kind, overlay }: Account): keyof Sides | 'overlays' | null {
  switch (kind) {
    case 'wan':
      return overlay ? 'overlays' : 'uplinks';
    case 'host':
      return 'hosts';
    case 'peer':
      return 'peers';
    case 'station':
    case 'device':
    case 'undirected':
    case 'address':
      return null;
    default:
      return kind satisfies never;
  }
}

/** Unix ms at which the first of the accounts was first seen; null if there is none. */
export const earliest = (accounts: readonly Account[]): number | null =>
  accounts.length === 0 ? null : accounts.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Number.POSITIVE_INFINITY);

/** Sides that begin this close to each other began together, ms. */
const TOGETHER_MS = 120_000;

/**
 * The time in which both sides are counted: from the hour in which they began together, else from the first whole hour of the later one.
 * Only hours show what came first on a day, and imported days have none. Null if it is all of the month.
 * Rule: imported days.
 */
function comparedFrom({ uplinks, hosts }: Sides, month: Month, timezone: string): number | null {
  const begun = [earliest(uplinks), earliest(hosts)].filter((at) => at !== null);
  const [first, last] = [Math.min(...begun), Math.max(...begun)];
  if (begun.length === 0 || last <= startOfDay(month.start, timezone)) return null;
  const hour = hourOf(last, timezone);
  return last - first <= TOGETHER_MS || hour === last ? hour : nextHour(hour, timezone);
}

/** Local hours may be shorter or longer than 60 minutes where the clock changes. */
function nextHour(hour: number, timezone: string): number {
  let next = hour + HOUR_MS / 4;
  while (hourOf(next, timezone) === hour) next += HOUR_MS / 4;
  return hourOf(next, timezone);
}

/** Reads what the sides of each gateway had in the month before both were counted. Routers that are compared for all of it are left out. */
export async function readCompared(
  store: Pick<Store, 'all'>,
  { accounts }: Pick<Books, 'accounts'>,
  monthOf: (router: string) => Month,
  timezone: string,
): Promise<Map<string, Compared>> {
  const found = new Map<string, Compared>();
  for (const [router, sides] of sidesOf(accounts.values())) {
    if (sides.uplinks.length === 0) continue;
    const month = monthOf(router);
    const from = comparedFrom(sides, month, timezone);
    if (from === null) continue;
    const before = async (side: readonly Account[]) => sumBefore(store, side, month, from, timezone);
    const { uplinks, hosts, peers } = sides;
    found.set(router, { from, before: { uplinks: await before(uplinks), hosts: await before(hosts), peers: await before(peers) } });
  }
  return found;
}

/** All of the days before, and of the day itself what no hour from then on has. */
async function sumBefore(
  store: Pick<Store, 'all'>,
  side: readonly Account[],
  month: Month,
  from: number,
  timezone: string,
): Promise<Traffic> {
  const accounts = side.map(({ id }) => id);
  const day = dayOf(from, timezone);
  const days = await readUsage(store, { by: 'day', from: month.start, to: day + 1, accounts }, Number.MAX_SAFE_INTEGER);
  const hours = await readUsage(store, { by: 'hour', from, to: startOfDay(day + 1, timezone), accounts }, Number.MAX_SAFE_INTEGER);
  const sum = (rows: typeof days): Traffic => (rows ?? []).map(({ bytes }) => bytes).reduce(plus, NOTHING);
  return minus(sum(days), sum(hours));
}

/** Names when the sides of each router began: a change means that what is compared is to be read again. */
export function beginnings({ accounts }: Pick<Books, 'accounts'>): string {
  const all = [...sidesOf(accounts.values())].map(([router, { uplinks, hosts }]) => [router, earliest(uplinks), earliest(hosts)]);
  return JSON.stringify(all);
}
