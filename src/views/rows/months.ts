import { addTo, directedUsage, NO_USAGE, plusUsage, type Traffic, type Used } from '../../domain/traffic.ts';
import { type Account, usageOf } from '../../ledger/account.ts';
import type { View } from '../view.ts';

/** Bytes of the current month by device (its first MAC), of accounts with directions. */
export function deviceMonths({ aliases }: Pick<View, 'aliases'>, accounts: readonly Account[]): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const { key, month } of accounts) add(sums, aliases.get(key)?.mac ?? key, month);
  return sums;
}

function add(sums: Map<string, Traffic>, key: string, bytes: Traffic): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { ...bytes });
  else addTo(sum, bytes);
}

/**
 * What those used in the current month of whom some bytes have no direction. `keyOf` names them by a MAC, as `directed` does, which has their
 * bytes with a direction; null: nobody.
 */
export function undirectedMonths(
  accounts: readonly Account[],
  keyOf: (mac: string) => string | null,
  directed: ReadonlyMap<string, Traffic>,
): Map<string, Used> {
  const sums = new Map<string, Used>();
  for (const { kind, key: mac, month } of accounts) {
    const key = keyOf(mac);
    if (key === null) continue;
    const bytes = directed.get(key);
    const before = sums.get(key) ?? (bytes === undefined ? NO_USAGE : directedUsage(bytes));
    sums.set(key, plusUsage(before, usageOf(kind, month)));
  }
  return sums;
}
