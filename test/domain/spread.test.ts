import { expect } from 'chai';
import fc from 'fast-check';
import { slices } from '../../src/domain/calendar.ts';
import { spread } from '../../src/domain/spread.ts';

const HOUR = 3_600_000;
const slice = (length: number) => ({ hour: 0, day: 0, length });

describe('spread (Rule: time)', () => {
  it('gives the bytes left over to the largest remainders', () => {
    expect(spread(10, [slice(1), slice(1), slice(1)])).to.deep.equal([4, 3, 3]);
    expect(spread(1, [slice(1), slice(2)])).to.deep.equal([0, 1]);
    expect(spread(100, [slice(HOUR / 2), slice(HOUR), slice(HOUR / 2)])).to.deep.equal([25, 50, 25]);
  });

  it('always adds up exactly, with every share within one byte of its part', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(fc.integer({ min: 1, max: 90 * HOUR }), { minLength: 1, maxLength: 40 }), (bytes, lengths) => {
        const shares = spread(bytes, lengths.map(slice));
        const all = lengths.reduce((a, b) => a + BigInt(b), 0n);
        expect(shares.reduce((sum, share) => sum + BigInt(share), 0n)).to.equal(BigInt(bytes));
        shares.forEach((share, i) => {
          const exact = BigInt(bytes) * BigInt(lengths[i] ?? 0);
          expect(BigInt(share) * all - exact < all && exact - BigInt(share) * all < all).to.equal(true);
        });
      }),
    );
  });

  it('keeps bytes beyond the exact whole numbers of a multiplication exact', () => {
    const over = slices(Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 3), 'UTC');
    const bytes = 9_007_199_254_740_991;
    expect(spread(bytes, over).reduce((sum, share) => sum + BigInt(share), 0n)).to.equal(BigInt(bytes));
  });
});
