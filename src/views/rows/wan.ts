import type { Month } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { accountKey, accountsOf } from '../../ledger/account.ts';
import { inHomeMonth, monthFor } from '../../ledger/usage/months.ts';
import { observationsOf, type View } from '../view.ts';

/** What the rows of uplinks are made from. */
export type WanView = Pick<View, 'books' | 'months' | 'routers'>;

/** An uplink in a table. */
export interface WanRow {
  router: string;
  /** netifd's logical name. */
  interface: string;
  /** By the router's last answer; null if it failed. */
  up: boolean | null;
  device: string | null;
  protocol: string | null;
  /** Runs inside another uplink, so it is left out of the home's sum. */
  overlay: boolean;
  total: Traffic;
  month: Traffic;
  /** The billing period that `month` belongs to. */
  period: Month;
  /** Unix ms; null if it was never counted. */
  firstSeen: number | null;
  lastSeen: number | null;
}

/** Every uplink that was ever counted or is shown by a router now. */
export function wanRows({ books, months, routers }: WanView): WanRow[] {
  const rows = new Map<string, WanRow>();
  for (const account of accountsOf(books.accounts, 'wan')) {
    const { router, interface: name, overlay, total, month, firstSeen, lastSeen } = account;
    const now = { up: null, device: null, protocol: null };
    const period = monthFor(months, account);
    rows.set(accountKey(account), { router, interface: name, ...now, overlay, total, month, period, firstSeen, lastSeen });
  }
  for (const { router, observation } of observationsOf({ routers }, 'wan')) {
    for (const { name, up, device, protocol, overlay } of observation.uplinks) {
      const key = accountKey({ kind: 'wan', router, interface: name, key: '' });
      // An uplink that was counted keeps what its account says: that is where its bytes are.
      const counted = rows.get(key) ?? { total: NOTHING, month: NOTHING, firstSeen: null, lastSeen: null, overlay };
      const period = monthFor(months, { kind: 'wan', router });
      rows.set(key, { ...counted, router, interface: name, period, up, device, protocol });
    }
  }
  return [...rows.values()].sort(
    (a, b) => Number(a.overlay) - Number(b.overlay) || compare(a.router, b.router) || compare(a.interface, b.interface),
  );
}

/** The uplinks that make a sum: one inside another is counted there already, unless no others were ever counted. */
export function ownUplinks<T extends { overlay: boolean }>(uplinks: readonly T[]): readonly T[] {
  const physical = uplinks.filter(({ overlay }) => !overlay);
  return physical.length > 0 ? physical : uplinks;
}

/** Bytes of the home's uplinks; the month is the home's. What was never counted is none of them. */
export function homeTraffic({ books, months }: Pick<View, 'books' | 'months'>): { total: Traffic; month: Traffic } {
  const own = ownUplinks(accountsOf(books.accounts, 'wan'));
  return {
    total: own.map((account) => account.total).reduce(plus, NOTHING),
    month: own.map((account) => inHomeMonth(months, account)).reduce(plus, NOTHING),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
