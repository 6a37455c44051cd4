import { dayOf, lastPeriods } from '../../domain/calendar.ts';
import { NO_USAGE, plusUsage, type Used } from '../../domain/traffic.ts';
import { usageOf } from '../../ledger/account.ts';
import { readAudit } from '../../ledger/storage/read-audit.ts';
import { readUsage } from '../../ledger/storage/read-usage.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import type { PageReader } from '../../views/pages/reader.ts';
import type { HistoryReader } from './history.ts';

/** Rows of one answer at most: a device has one to three accounts, and two months of hours. */
const MOST_ROWS = 20_000;

export interface PageReaderParts {
  /** Reads the ledger on a connection of its own. */
  store: Pick<Store, 'all'>;
  terms(): Pick<BillingTerms, 'billing' | 'routerBilling'>;
  history: HistoryReader;
}

/** Creates what pages read with. */
export function createPageReader({ store, terms, history }: PageReaderParts): PageReader {
  return {
    periods({ now, timezone }, count, router = null) {
      const { billing, routerBilling } = terms();
      const own = router === null ? undefined : routerBilling.get(router);
      return lastPeriods(dayOf(now, timezone), own ?? billing, count);
    },
    history: (view, scope) => history.rows(view, terms(), scope),
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
