import { expect } from 'chai';
import fc from 'fast-check';
import { circlesIn } from '../../../../src/ledger/posting/counters/circles.ts';

/** Whether one thing lies on another, over any number of others: every way is tried. */
function reaches(from: number, to: number, lower: readonly (readonly number[])[], passed: readonly number[] = []): boolean {
  return (lower[from] ?? []).some((next) => next === to || (!passed.includes(next) && reaches(next, to, lower, [...passed, next])));
}

describe('what lies on each other (Rule: one wire)', () => {
  it('is each thing that can be reached and reaches back, in the order of all', () => {
    const layers = fc.array(fc.array(fc.nat(6), { maxLength: 3 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(layers, (lower) => {
        const all = lower.map((_, i) => i);
        const circleOf = circlesIn(all, (upper, other) => lower[upper]?.includes(other) ?? false);
        for (const each of all) {
          const others = all.filter((other) => other !== each && reaches(each, other, lower) && reaches(other, each, lower));
          expect(circleOf(each)).to.deep.equal(others.length === 0 ? [] : [each, ...others].sort((a, b) => a - b));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is found with one look at each pair', () => {
    const all = Array.from({ length: 64 }, (_, i) => i);
    let looks = 0;
    const circleOf = circlesIn(all, () => {
      looks += 1;
      return true;
    });
    for (const each of all) expect(circleOf(each)).to.deep.equal(all);
    expect(looks).to.equal(64 * 64);
  });
});
