import { expect } from 'chai';
import { countedWords } from '../../../src/domain/people/counted.ts';

const BOTH = { direction: 'both', tariff: null } as const;
const NIGHT = { name: 'off_peak', counts: 0.5 };

describe('what a quota counts, in words', () => {
  it('is nothing where everything counts in full', () => {
    expect(countedWords(BOTH, [])).to.deep.equal([]);
    expect(countedWords(BOTH, [{ ...NIGHT, counts: 1 }])).to.deep.equal([]);
  });

  it('is one direction, one tariff, and the share of the others', () => {
    expect(countedWords({ ...BOTH, direction: 'upload' }, [NIGHT])).to.deep.equal(['upload only', 'off_peak counts 0.5']);
    expect(countedWords({ direction: 'download', tariff: 'off_peak' }, [NIGHT])).to.deep.equal(['download only', 'off_peak only']);
    expect(countedWords({ ...BOTH, tariff: 'on_peak' }, [NIGHT])).to.deep.equal(['on_peak only']);
  });

  it('names every share of a tariff that was changed', () => {
    const [now, before, weekend] = [NIGHT, { ...NIGHT, counts: 0 }, { name: 'weekend', counts: 0.25 }];
    expect(countedWords(BOTH, [now, weekend, before, now])).to.deep.equal(['off_peak counts 0 or 0.5', 'weekend counts 0.25']);
    expect(countedWords(BOTH, [{ ...NIGHT, counts: 1 }, now])).to.deep.equal(['off_peak counts 0.5 or 1']);
  });
});
