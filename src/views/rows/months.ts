import type { Traffic } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import type { View } from '../view.ts';

type Owners = Pick<View, 'aliases'>;

/** Bytes of the current month by device (its first MAC). */
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

/** In place, because every scrape adds up every device. */
function add(sums: Map<string, Traffic>, key: string, { download, upload }: Traffic): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { download, upload });
  else {
    sum.download += download;
    sum.upload += upload;
  }
}
