import { NO_USAGE, plusUsage, type Usage } from '../../domain/traffic.ts';
import { type Account, usageOf } from '../../ledger/account.ts';
import type { View } from '../view.ts';

type Owners = Pick<View, 'aliases'>;

/** What each device (its first MAC) used in the current month. */
export function deviceMonths({ aliases }: Owners, accounts: readonly Account[]): Map<string, Usage> {
  const sums = new Map<string, Usage>();
  for (const { kind, key, month } of accounts) add(sums, aliases.get(key)?.mac ?? key, usageOf(kind, month));
  return sums;
}

/** The same by user; devices without a user are left out. */
export function userMonths({ aliases }: Owners, devices: ReadonlyMap<string, Usage>): Map<string, Usage> {
  const sums = new Map<string, Usage>();
  for (const [mac, used] of devices) {
    const user = aliases.get(mac)?.user;
    if (user) add(sums, user, used);
  }
  return sums;
}

const add = (sums: Map<string, Usage>, key: string, used: Usage): void => void sums.set(key, plusUsage(sums.get(key) ?? NO_USAGE, used));
