import { dayOf, lastPeriods } from '../../domain/calendar.ts';
import { NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { usageOf } from '../../ledger/account.ts';
import { readAudit } from '../../ledger/storage/read-audit.ts';
import { readUsage } from '../../ledger/storage/read-usage.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import type { PageReader } from '../../views/pages/reader.ts';
import type { View } from '../../views/view.ts';

/** Rows of one answer at most: a device has one to three accounts, and two months of hours. */
const MOST_ROWS = 20_000;

/** Creates what pages read with. */
export function createPageReader(
  store: Pick<Store, 'all'>,
  view: () => Promise<Pick<View, 'now' | 'timezone'>>,
  terms: () => Pick<BillingTerms, 'billing'>,
): PageReader {
  return {
    async periods(count) {
      const { now, timezone } = await view();
      return lastPeriods(dayOf(now, timezone), terms().billing, count);
    },
    async used(accounts, stretch) {
      const kinds = new Map(accounts.map(({ id, kind }) => [id, kind]));
      const rows = (await readUsage(store, { ...stretch, accounts: [...kinds.keys()] }, MOST_ROWS)) ?? [];
      const found = new Map<number, Used>();
      for (const { account, time, bytes } of rows)
        found.set(time, plusUsage(found.get(time) ?? NO_USAGE, usageOf(kinds.get(account) ?? 'device', bytes)));
      return found;
    },
    audit: (query, most) => readAudit(store, query, most),
  };
}
