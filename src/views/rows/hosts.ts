import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { type Account, macOf } from '../../ledger/account.ts';

/** Bytes of addresses whose MAC is unknown, by router; every router that counts hosts has a sum, which may be 0. */
export function unknownBytes(hosts: readonly Account[]): Map<string, Traffic> {
  const sums = new Map<string, Traffic>();
  for (const account of hosts) {
    const { router, total } = account;
    sums.set(router, plus(sums.get(router) ?? NOTHING, macOf(account) === null ? total : NOTHING));
  }
  return sums;
}
