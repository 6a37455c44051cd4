import type { Month } from '../../../domain/calendar.ts';
import type { Traffic } from '../../../domain/traffic.ts';
import type { Account } from '../../account.ts';
import { trafficOf } from '../load.ts';
import type { Store } from '../store.ts';

/** Accounts whose bytes belong together. */
export interface SummedSubject {
  accounts: readonly Pick<Account, 'id' | 'kind'>[];
}

/** What the accounts of one kind have in a stretch of days. */
export interface KindSum {
  kind: Account['kind'];
  bytes: Traffic;
}

/** `total` is exact as far as numbers are here, and never fails; `sum` fails beyond 64 bits. */
const SQL = `
  WITH whose(subject, account, kind) AS MATERIALIZED (SELECT value ->> 0, CAST(value ->> 1 AS INTEGER), value ->> 2 FROM json_each(?1))
  SELECT subject, kind, total(download) AS download, total(upload) AS upload
    FROM day JOIN whose USING(account) WHERE day >= ?2 AND day < ?3 GROUP BY subject, kind`;

/**
 * Makes what adds up the bytes of subjects in the file, so that only sums are in memory. It gives them by the place of the subject; those
 * without a byte are left out. It throws a LedgerError.
 */
export function subjectSums(
  store: Pick<Store, 'all'>,
  subjects: readonly SummedSubject[],
): (days: Month) => Promise<Map<number, KindSum[]>> {
  const whose = JSON.stringify(subjects.flatMap(({ accounts }, subject) => accounts.map(({ id, kind }) => [subject, id, kind])));
  return async ({ start, end }) => {
    const sums = new Map<number, KindSum[]>();
    for (const row of await store.all(SQL, whose, start, end)) {
      const subject = Number(row.subject);
      sums.set(subject, [...(sums.get(subject) ?? []), { kind: row.kind as Account['kind'], bytes: trafficOf(row) }]);
    }
    return sums;
  };
}
