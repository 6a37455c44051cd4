import type { Month } from '../../domain/calendar.ts';
import { NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { readUsage } from '../../ledger/storage/read-usage.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { Usage } from '../../notify/watch/facts.ts';
import { deviceAccounts, homeAccounts, periodRows } from '../../views/rows/periods.ts';
import { type NamesView, userOf } from '../../views/view.ts';

/** What the home, its devices and its users used in periods. Throws a LedgerError. */
export async function usageIn(store: Pick<Store, 'all'>, view: NamesView, periods: readonly Month[]): Promise<Usage[]> {
  const ids = new Set([...homeAccounts(view.books).accounts, ...deviceAccounts(view.books)].map(({ id }) => id));
  // Unbounded, because the periods and accounts are bounded already.
  const found = await readUsage(store, { by: 'period', periods, accounts: [...ids] }, Number.MAX_SAFE_INTEGER);
  return periodRows(view, periods, found ?? []).map(({ home, devices }) => {
    const users = new Map<string, Used>();
    for (const { mac, bytes } of devices) {
      const user = userOf(view, mac);
      if (user !== null) users.set(user, plusUsage(users.get(user) ?? NO_USAGE, bytes));
    }
    const byUser = [...users].map(([name, bytes]) => ({ name, bytes }));
    return { home, devices, users: byUser.sort((a, b) => b.bytes.total - a.bytes.total) };
  });
}
