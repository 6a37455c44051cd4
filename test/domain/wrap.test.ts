import { expect } from 'chai';
import fc from 'fast-check';
import type { Circumstances } from '../../src/domain/change.ts';
import type { CounterRules, Epoch } from '../../src/domain/counter.ts';
import { compare } from '../../src/domain/increase.ts';
import type { Traffic } from '../../src/domain/traffic.ts';

const RANGE = 2 ** 32;
const END = RANGE - 1000;
const START = 1_773_000_000_000;
const UPLINK: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };
const PROVED: Epoch = { boot: 'aaaaaaaa', instance: 7, began: null, margin: 0 };

const at = (download: number, upload: number): Traffic => ({ download, upload });

/** What is read 15 s after the baseline: kind and bytes of each change. */
function read(before: Traffic, bytes: Traffic, epoch: Epoch | null = null) {
  const now: Circumstances = {
    rules: UPLINK,
    at: START + 15_000,
    previous: { at: START, boot: 'aaaaaaaa', uptime: 1000, isPartial: false },
    elapsed: 15,
    uptime: 1015,
    fastest: 1.25e9,
  };
  const changes = compare([{ counter: 'c', bytes, bits: 32, epoch }], [{ bytes: before, epoch, lastRead: null }], now);
  return changes.map((change) => ('bytes' in change ? [change.kind, change.bytes.download, change.bytes.upload] : [change.kind]));
}

/** Only uplinks are known to have 32 bits: their directions count apart. */
describe('Rule: wrap, of a counter of 32 bits', () => {
  it('gained what was left to its end, and what it shows', () => {
    expect(read(at(END, 500), at(500, 700))).to.deep.equal([
      ['wrap', 1500, 0],
      ['increase', 0, 200],
    ]);
  });

  it('may go past its end in both directions at once', () => {
    expect(read(at(END, END), at(500, 700))).to.deep.equal([
      ['wrap', 1500, 0],
      ['wrap', 0, 1700],
    ]);
  });

  it('a fall by more than half its range is a wrap, and one by less only if it is to near zero', () => {
    expect(read(at(3e9, 0), at(8e8, 0), PROVED)[0]).to.deep.equal(['wrap', RANGE - 22e8, 0]);
    expect(read(at(3e9, 0), at(9e8, 0), PROVED)).to.deep.equal([['increase', 0, 0], ['dip']]);
    expect(read(at(1e9, 0), at(6e7, 0), PROVED)[0]).to.deep.equal(['wrap', RANGE - 94e7, 0]);
  });

  it('whatever moved, up to 1 GB in an interval, that is what is posted', () => {
    const bytes = fc.integer({ min: 0, max: RANGE - 1 });
    const moved = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(bytes, bytes, moved, moved, fc.boolean(), (download, upload, down, up, isProved) => {
        const shown = at((download + down) % RANGE, (upload + up) % RANGE);
        const changes = read(at(download, upload), shown, isProved ? PROVED : null) as [string, number, number][];
        const sum = (of: 1 | 2) => changes.reduce((all, change) => all + change[of], 0);
        expect([sum(1), sum(2)]).to.deep.equal([down, up]);
      }),
      { numRuns: 2000 },
    );
  });
});
