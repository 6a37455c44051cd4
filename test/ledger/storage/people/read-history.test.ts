import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readHistory } from '../../../../src/ledger/storage/people/read-history.ts';
import { type Cell, openStore } from '../../../../src/ledger/storage/store.ts';

describe('the history of days', () => {
  it('is read with an index of the subjects: comparing each day with each subject takes minutes for thousands', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-history-'));
    const store = await openStore(directory);
    try {
      const steps: string[] = [];
      const all = async (sql: string, ...values: Cell[]) => {
        steps.push(...(await store.all(`EXPLAIN QUERY PLAN ${sql}`, ...values)).map(({ detail }) => String(detail)));
        return store.all(sql, ...values);
      };
      await readHistory({ all }, { direction: 'both', tariff: null }, [[0, 1, 0]], new Map(), 20_000);
      const ofSubjects = steps.filter((step) => /^(SCAN|SEARCH) subject\b/.test(step));
      expect(ofSubjects).to.have.length(2);
      for (const step of ofSubjects) expect(step).to.match(/^SEARCH subject USING AUTOMATIC COVERING INDEX \(account=\?\)/);
    } finally {
      await store.close();
      await rm(directory, { recursive: true });
    }
  });
});
