import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import { isMac } from '../../ledger/posting/feeding.ts';

/** Bytes of addresses whose MAC is unknown, by router; every router that counts hosts has a sum, which may be 0. */
export function unknownBytes(hosts: readonly Account[]): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const { router, key, total } of hosts) sums.set(router, plus(sums.get(router) ?? NOTHING, isMac(key) ? NOTHING : total));
  return sums;
}
