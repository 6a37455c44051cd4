import { expect } from 'chai';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { LedgerError } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Batch, Store } from '../../../src/ledger/storage/store.ts';

/** A search for the smallest counterexample ends, and shows what it has, before mocha gives up (the least of its limits here is 120 s). */
export const IN_TIME = { interruptAfterTimeLimit: 110_000, markInterruptAsFailure: true };

/** An empty store: for the rules alone, without a file. */
export const nowhere: Store = {
  commit: async () => undefined,
  all: async () => [],
  size: async () => 0,
  close: async () => undefined,
} as unknown as Store;

/** How the next commit breaks. */
export interface Plan {
  next: { at: 'before' | 'amid' | 'after'; statement: number } | null;
}

/** Breaks a commit: before its first statement, between statements, or after the file has it all but before anyone knows. */
export function breaking(store: Store, plan: Plan): Store {
  return {
    ...store,
    async commit(batches: readonly Batch[]) {
      const { next } = plan;
      plan.next = null;
      if (next === null) return store.commit(batches);
      if (next.at === 'after') await store.commit(batches);
      if (next.at !== 'amid') throw new LedgerError('the power went');
      const rows = batches.filter((batch) => batch.rows?.length !== 0);
      await store.commit([
        ...rows.slice(0, next.statement % (rows.length + 1)),
        { sql: 'INSERT INTO account(id) SELECT value ->> 0 FROM json_each(?)', rows: [[1]] },
      ]);
    },
  };
}

export function expectAtLeast(a: Traffic, b: Traffic, why: string): void {
  expect(a.download >= b.download && a.upload >= b.upload, `${why}: ${JSON.stringify(a)} against ${JSON.stringify(b)}`).to.equal(true);
}

/** Hours that are kept never exceed days, and days, months and totals are the same bytes. */
export async function expectSums(ledger: Ledger): Promise<void> {
  const [wrong] = await ledger.store.all(`SELECT count(*) AS n FROM account JOIN total AS a ON a.account = id WHERE
    (SELECT coalesce(sum(download), 0) FROM day WHERE account = id) != a.download OR (SELECT coalesce(sum(upload), 0) FROM day WHERE account = id) != a.upload OR
    (SELECT coalesce(sum(download), 0) FROM hour WHERE account = id) > a.download OR (SELECT coalesce(sum(upload), 0) FROM hour WHERE account = id) > a.upload`);
  expect(wrong?.n).to.equal(0);
}
