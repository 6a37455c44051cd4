import type { Account } from '../../ledger/account.ts';
import { readerKey } from '../../ledger/books.ts';
import type { View } from '../view.ts';

/** What a reconciliation is made from. `routers` is empty when only the ledger is read. */
export type ReconciliationView = Pick<View, 'books' | 'months' | 'routers' | 'timezone' | 'now'>;

/** The accounts of a router that are compared. */
export interface Gateway {
  router: string;
  uplinks: Account[];
  overlays: Account[];
  hosts: Account[];
  peers: Account[];
}

/** Routers with an uplink whose hosts are counted. */
export function gateways({ books }: Pick<View, 'books'>): Gateway[] {
  const found = new Map<string, Gateway>();
  for (const account of books.accounts.values()) {
    const side = sideOf(account);
    if (side === null) continue;
    const { router } = account;
    const gateway = found.get(router) ?? { router, uplinks: [], overlays: [], hosts: [], peers: [] };
    found.set(router, gateway);
    gateway[side].push(account);
  }
  // As in the home's sum: if all uplinks are overlays, they count.
  const whole = [...found.values()].map((gateway) =>
    gateway.uplinks.length > 0 ? gateway : { ...gateway, uplinks: gateway.overlays, overlays: [] },
  );
  return whole.filter(
    ({ router, uplinks, hosts }) => uplinks.length > 0 && (hosts.length > 0 || books.readers.has(readerKey(router, 'hosts'))),
  );
}

function sideOf({ kind, overlay }: Account): Exclude<keyof Gateway, 'router'> | null {
  switch (kind) {
    case 'wan':
      return overlay ? 'overlays' : 'uplinks';
    case 'host':
      return 'hosts';
    case 'peer':
      return 'peers';
    case 'station':
    case 'device':
    case 'address':
      return null;
    default:
      return kind satisfies never;
  }
}

/** Unix ms at which the first of the accounts was first seen; null if there is none. */
export const earliest = (accounts: readonly Account[]): number | null =>
  accounts.length === 0 ? null : accounts.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Number.POSITIVE_INFINITY);
