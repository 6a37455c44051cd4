import { expect } from 'chai';
import { baselinesOfEach } from '../../../../src/ledger/posting/counters/baselines.ts';

describe('the baselines of an answer', () => {
  const NOTHING = { download: 0, upload: 0 };
  const baseline = () => [{ bytes: NOTHING, epoch: null, lastRead: null }];
  const known = new Map([
    ['a', baseline()],
    ['b', baseline()],
  ]);
  const answer = (...counters: string[]) => counters.map((counter) => ({ counter, bytes: NOTHING, bits: 64 as const, epoch: null }));

  it('are those of each reading, also of one that is new, in every answer', () => {
    for (const counters of [['b', 'a'], ['a', 'new', 'b', 'other'], ['a'], []])
      expect(baselinesOfEach(answer(...counters), known)).to.deep.equal(counters.map((counter) => known.get(counter)));
  });

  it('are none where a counter is shown twice, known or new', () => {
    for (const counters of [
      ['a', 'b', 'a'],
      ['new', 'a', 'new'],
    ])
      expect(baselinesOfEach(answer(...counters), known)).to.equal(null);
  });
});
