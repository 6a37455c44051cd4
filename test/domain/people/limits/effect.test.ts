import { expect } from 'chai';
import fc from 'fast-check';
import { type LimitEffect, sameEffect, strictest } from '../../../../src/domain/people/limits/effect.ts';

const slow = (download: number | null, upload: number | null): LimitEffect => ({ kind: 'slow', download, upload });
const PAUSE: LimitEffect = { kind: 'pause' };

describe('effects of limits', () => {
  it('of several, a pause holds, or else the lower rate in each direction', () => {
    expect(strictest([])).to.equal(null);
    expect(strictest([slow(100, null), slow(200, 50)])).to.deep.equal(slow(100, 50));
    expect(strictest([slow(100, null), slow(50, null)])).to.deep.equal(slow(50, null));
    expect(strictest([slow(1, 1), PAUSE, slow(2, 2)])).to.deep.equal(PAUSE);
  });

  it('hold in any order, and one more never frees', () => {
    const rate = fc.option(fc.integer({ min: 1, max: 5 }));
    const effect: fc.Arbitrary<LimitEffect> = fc.oneof(
      fc.tuple(rate, rate).map(([d, u]) => slow(d, u)),
      fc.constant(PAUSE),
    );
    fc.assert(
      fc.property(fc.array(effect, { minLength: 1 }), effect, (some, more) => {
        const [before, after] = [strictest(some), strictest([more, ...some])];
        expect(strictest([...some].reverse())).to.deep.equal(before);
        if (before === null || after === null) return expect.fail('nothing holds');
        expect(sameEffect(after, strictest([before, more]) ?? PAUSE)).to.equal(true);
      }),
    );
  });
});
