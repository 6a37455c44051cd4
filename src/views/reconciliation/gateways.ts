import type { Account } from '../../ledger/account.ts';
import { readerKey } from '../../ledger/books.ts';
import { sidesOf } from '../../ledger/usage/compared.ts';
import type { View } from '../view.ts';

/** What a reconciliation is made from. `routers` is empty when only the ledger is read. */
export type ReconciliationView = Pick<View, 'books' | 'months' | 'routers' | 'timezone' | 'now' | 'units'>;

/** The accounts of a router that are compared. */
export interface Gateway {
  router: string;
  uplinks: Account[];
  overlays: Account[];
  hosts: Account[];
  peers: Account[];
}

/** Routers with an uplink whose hosts are counted. An uplink that was only imported is compared with nothing. */
export function gateways({ books }: Pick<View, 'books'>): Gateway[] {
  return [...sidesOf(books.accounts.values())]
    .map(([router, sides]) => ({ router, ...sides }))
    .filter(
      ({ router, uplinks, hosts }) =>
        uplinks.length > 0 &&
        books.readers.has(readerKey(router, 'wan')) &&
        (hosts.length > 0 || books.readers.has(readerKey(router, 'hosts'))),
    );
}
