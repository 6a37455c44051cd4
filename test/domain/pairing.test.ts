import { expect } from 'chai';
import fc from 'fast-check';
import { MOST_LINES, pairLines } from '../../src/domain/pairing.ts';
import type { Traffic } from '../../src/domain/traffic.ts';

const t = (download: number, upload: number): Traffic => ({ download, upload });

/** Every way to pair lines with baselines so that no direction falls, tried one by one. */
function everyWay(lines: readonly Traffic[], baselines: readonly Traffic[]): { bytes: Traffic; leftOver: number }[] {
  const [line, ...rest] = lines;
  if (line === undefined) return [{ bytes: t(0, 0), leftOver: 0 }];
  const alone = everyWay(rest, baselines).map(({ bytes, leftOver }) => ({
    bytes: t(bytes.download + line.download, bytes.upload + line.upload),
    leftOver: leftOver + 1,
  }));
  const paired = baselines.flatMap((b, i) =>
    line.download < b.download || line.upload < b.upload
      ? []
      : everyWay(rest, baselines.toSpliced(i, 1)).map(({ bytes, leftOver }) => ({
          bytes: t(bytes.download + line.download - b.download, bytes.upload + line.upload - b.upload),
          leftOver,
        })),
  );
  return [...alone, ...paired];
}

describe('pairLines (Rule: lines of one MAC)', () => {
  it('gives the least that any of the ways with the fewest lines left over allows, for each direction', () => {
    const traffic = fc.record({ download: fc.nat(20), upload: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(traffic, { maxLength: 4 }), fc.array(traffic, { maxLength: 4 }), (lines, baselines) => {
        const ways = everyWay(lines, baselines);
        const fewest = Math.min(...ways.map((way) => way.leftOver));
        const best = ways.filter((way) => way.leftOver === fewest);
        expect(pairLines(lines, baselines)).to.deep.equal({
          bytes: t(Math.min(...best.map((w) => w.bytes.download)), Math.min(...best.map((w) => w.bytes.upload))),
          leftOver: fewest,
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('posts nothing while the values stay the same, in any order', () => {
    const lines = [t(5, 1), t(5, 9), t(0, 0), t(7, 7)];
    expect(pairLines(lines, lines.toReversed())).to.deep.equal({ bytes: t(0, 0), leftOver: 0 });
  });

  it('looks at few figures for the most lines that are counted', () => {
    let looks = 0;
    const counted = (download: number, upload: number): Traffic => ({
      get download() {
        looks += 1;
        return download;
      },
      upload,
    });
    const places = Array.from({ length: MOST_LINES }, (_, i) => i);
    for (const figures of [() => [5, 5], (i: number) => [i, MOST_LINES - i], (i: number) => [i, i]]) {
      looks = 0;
      const many = places.map(figures).map(([download = 0, upload = 0]) => counted(download, upload));
      expect(pairLines(many, many.toReversed())).to.deep.equal({ bytes: t(0, 0), leftOver: 0 });
      expect(looks).to.be.below(MOST_LINES ** 4 / 2);
    }
  });
});
