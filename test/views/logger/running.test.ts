import { expect } from 'chai';
import type { LoggerLine } from '../../../src/views/logger/line.ts';
import { type CountedByMac, type Kept, type MacSums, nextLine, plainKept } from '../../../src/views/logger/running.ts';

const [A, B] = ['00:00:5e:00:53:01', '00:00:5e:00:53:02'];
const counted = (sums: Record<string, [onPeak: number, offPeak: number, firstSeen?: number]>): CountedByMac =>
  new Map(Object.entries(sums).map(([mac, [onPeak, offPeak, firstSeen = 0]]): [string, MacSums] => [mac, { onPeak, offPeak, firstSeen }]));
const LAST: LoggerLine = { time: 1000, delta: 5, onPeak: 100, offPeak: 50 };

function next(
  last: LoggerLine | null,
  kept: Kept | null,
  macs: string[],
  now: CountedByMac,
  before: CountedByMac | null = null,
  time = 1060,
) {
  return nextLine({ last, kept, macs: new Set(macs) }, { before, now }, time);
}

describe('the next line of a file of csv', () => {
  it('of a new device has its sums and no delta', () => {
    expect(next(null, null, [A], counted({ [A]: [7, 3] })).line).to.deep.equal({ time: 1060, delta: 0, onPeak: 7, offPeak: 3 });
  });

  it('has what was added, by tariff, also after a restart', () => {
    const { line, kept } = next(LAST, plainKept(new Set([A])), [A], counted({ [A]: [130, 60] }));
    expect(line).to.deep.equal({ time: 1060, delta: 40, onPeak: 130, offPeak: 60 });
    expect(kept).to.deep.equal(plainKept(new Set([A])));
  });

  it('of a file that an older program wrote continues from its sums', () => {
    const first = next(LAST, null, [A], counted({ [A]: [5000, 1] }));
    expect(first.line).to.deep.equal({ time: 1060, delta: 0, onPeak: 100, offPeak: 50 });
    const then = next(first.line, first.kept, [A], counted({ [A]: [5007, 2] }), null, 1120);
    expect(then.line).to.deep.equal({ time: 1120, delta: 8, onPeak: 107, offPeak: 51 });
  });

  it('of such a file of a device that the ledger first saw since the last lines has all that it used', () => {
    const { line, kept } = next(LAST, null, [A], counted({ [A]: [600, 7] }), counted({ [B]: [1, 1] }));
    expect(line).to.deep.equal({ time: 1060, delta: 607, onPeak: 700, offPeak: 57 });
    const then = next(line, kept, [A], counted({ [A]: [601, 7] }), counted({ [A]: [600, 7] }), 1120);
    expect(then.line).to.deep.include({ delta: 1, onPeak: 701 });
  });

  it('does not fall where the ledger knows less than before, and grows from there', () => {
    const first = next(LAST, plainKept(new Set([A])), [A], counted({ [A]: [10, 0] }));
    expect(first.line).to.deep.equal({ time: 1060, delta: 0, onPeak: 100, offPeak: 50 });
    expect(next(first.line, first.kept, [A], counted({ [A]: [11, 2] }), null, 1120).line).to.deep.include({
      delta: 3,
      onPeak: 101,
      offPeak: 52,
    });
  });

  it('of a user has nothing that a device used before it came, and keeps what one used that left', () => {
    const kept = plainKept(new Set([A]));
    const before = counted({ [A]: [100, 50], [B]: [9000, 1] });
    const both = next(LAST, kept, [A, B], counted({ [A]: [101, 50], [B]: [9010, 2] }), before);
    expect(both.line).to.deep.equal({ time: 1060, delta: 12, onPeak: 111, offPeak: 51 });
    const left = next(
      both.line,
      both.kept,
      [B],
      counted({ [A]: [500, 50], [B]: [9011, 2] }),
      counted({ [A]: [101, 50], [B]: [9010, 2] }),
      1120,
    );
    expect(left.line).to.deep.equal({ time: 1120, delta: 1, onPeak: 112, offPeak: 51 });
  });

  it('after a restart, one that is new to the ledger counts from its start, one that was known does not', () => {
    const kept = plainKept(new Set([A]));
    const known = next(LAST, kept, [A, B], counted({ [A]: [100, 50], [B]: [70, 0, 999_000] }));
    expect(known.line).to.deep.include({ delta: 0 });
    const fresh = next(LAST, kept, [A, B], counted({ [A]: [100, 50], [B]: [70, 0, 1_001_000] }));
    expect(fresh.line).to.deep.include({ delta: 70, onPeak: 170 });
  });

  it('continues where the clock was set back, a second later, and is left out where nothing was added', () => {
    const kept = plainKept(new Set([A]));
    expect(next(LAST, kept, [A], counted({ [A]: [101, 50] }), null, 400).line).to.deep.include({ time: 1001, delta: 1 });
    expect(next(LAST, kept, [A], counted({ [A]: [100, 50] }), null, 1000).line).to.equal(null);
  });
});
