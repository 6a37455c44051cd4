import type { Traffic } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import type { View } from '../view.ts';

/** Bytes of the current month by device (its first MAC). */
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

/** Adds in place, because every scrape adds up every device. */
export function addTo(sum: Traffic, { download, upload }: Traffic): void {
  sum.download += download;
  sum.upload += upload;
}
