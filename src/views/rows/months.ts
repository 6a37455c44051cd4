import { directedUsage, NO_USAGE, plusUsage, type Traffic, type Usage } from '../../domain/traffic.ts';
import { type Account, usageOf } from '../../ledger/account.ts';
import type { View } from '../view.ts';

type Owners = Pick<View, 'aliases'>;

/** Bytes of the current month by device (its first MAC), of accounts with directions. */
export function deviceMonths({ aliases }: Owners, accounts: readonly Account[]): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const { key, month } of accounts) add(sums, aliases.get(key)?.mac ?? key, month);
  return sums;
}

/** The same by user; devices without a user are left out. */
export function userMonths({ aliases }: Owners, devices: ReadonlyMap<string, Traffic>): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const [mac, bytes] of devices) {
    const user = aliases.get(mac)?.user;
    if (user) add(sums, user, bytes);
  }
  return sums;
}

/**
 * What those used in the current month of whom some bytes have no direction. `keyOf` names them by a MAC, as `directed` does, which has their
 * bytes with a direction; null: nobody.
 */
export function undirectedMonths(
  accounts: readonly Account[],
  keyOf: (mac: string) => string | null,
  directed: ReadonlyMap<string, Traffic>,
): Map<string, Usage> {
  const sums = new Map<string, Usage>();
  for (const { kind, key: mac, month } of accounts) {
    const key = keyOf(mac);
    if (key === null) continue;
    const bytes = directed.get(key);
    const before = sums.get(key) ?? (bytes === undefined ? NO_USAGE : directedUsage(bytes));
    sums.set(key, plusUsage(before, usageOf(kind, month)));
  }
  return sums;
}

/** In place, because every scrape adds up every device. */
function add(sums: Map<string, Traffic>, key: string, { download, upload }: Traffic): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { download, upload });
  else {
    sum.download += download;
    sum.upload += upload;
  }
}
