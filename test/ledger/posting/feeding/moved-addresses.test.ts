import { expect } from 'chai';
import fc from 'fast-check';
import type { Baseline, Reading } from '../../../../src/domain/counter.ts';
import type { Traffic } from '../../../../src/domain/traffic.ts';
import { withMovedAddresses } from '../../../../src/ledger/posting/feeding/moved-addresses.ts';
import { SUM_RULES } from '../../../../src/sources/tplink/reading.ts';

type Figures = Record<string, { bytes: Traffic; isWaiting?: boolean }>;

const baselinesOf = (figures: Figures): Map<string, Baseline[]> =>
  new Map(
    Object.entries(figures).map(([name, { bytes, isWaiting = false }]) => [name, [{ bytes, epoch: null, lastRead: isWaiting ? 5 : null }]]),
  );
const readingsOf = (figures: Figures): Map<string, Reading[]> =>
  new Map(Object.entries(figures).map(([counter, { bytes }]) => [counter, [{ counter, bytes, epoch: null, bits: 32 }]]));

/** The counter whose figures each counter has in the end, as the rule says it: all figures are looked at for each counter. */
function plainly(known: Figures, shown: Figures): Record<string, Traffic> {
  const isOpen = (name: string) => known[name] === undefined || known[name].isWaiting === true;
  const left: Record<string, Traffic> = Object.fromEntries(Object.entries(known).map(([name, { bytes }]) => [name, bytes]));
  const settled = new Set(Object.keys(shown).filter((name) => !isOpen(name)));
  const appeared = Object.keys(shown).filter(isOpen);
  appeared.sort((a, b) => (shown[b]?.bytes.download ?? 0) - (shown[a]?.bytes.download ?? 0));
  for (const name of appeared) {
    const { download, upload } = shown[name]?.bytes ?? { download: 0, upload: 0 };
    let best: string | null = null;
    for (const other of Object.keys(known)) {
      const before = left[other];
      if (before === undefined || settled.has(other) || other[0] !== name[0]) continue;
      if (before.download > download || (upload > 0 && before.upload > upload)) continue;
      if (best === null || before.download > (left[best]?.download ?? 0)) best = other;
    }
    settled.add(name);
    const [own, found] = [left[name], best === null ? undefined : left[best]];
    if (best === null || best === name || found === undefined) continue;
    left[name] = found;
    if (own === undefined) delete left[best];
    else left[best] = own;
  }
  return left;
}

describe('machines that have another address (Rule: undirected counter)', () => {
  it('continue the highest of their figures that is not above what they show, each once', () => {
    const name = fc.constantFrom('a 1', 'a 2', 'a 3', 'a 4', 'a 5', 'b 1', 'b 2');
    const bytes = fc.record({ download: fc.nat(9), upload: fc.nat(4) });
    const known = fc.dictionary(name, fc.record({ bytes, isWaiting: fc.boolean() }), { maxKeys: 7 });
    fc.assert(
      fc.property(known, fc.dictionary(name, fc.record({ bytes }), { maxKeys: 7 }), (before, shown) => {
        const moved = withMovedAddresses(baselinesOf(before), () => readingsOf(shown), SUM_RULES);
        expect(Object.fromEntries([...moved].map(([each, [baseline]]) => [each, baseline?.bytes]))).to.deep.equal(plainly(before, shown));
      }),
      { numRuns: 3000 },
    );
  });

  it('are found with few looks, however many addresses one had', () => {
    let looks = 0;
    const counted = (download: number): Traffic => ({
      get download() {
        looks += 1;
        return download;
      },
      upload: 0,
    });
    const many = (count: number, each: (i: number) => Figures[string]): Figures =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`a ${count}.${i}`, each(i)]));
    const before = baselinesOf(many(5000, (i) => ({ bytes: counted(1000 + (i % 977)) })));
    const moved = withMovedAddresses(before, () => readingsOf(many(256, (i) => ({ bytes: counted(1500 + i) }))), SUM_RULES);
    expect(moved.size).to.equal(5000);
    expect(looks).to.be.below(300_000);
  });
});
