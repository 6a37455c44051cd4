import { expect } from 'chai';
import fc from 'fast-check';
import type { Change, Circumstances } from '../../src/domain/change.ts';
import type { CounterBits, CounterRules, Epoch } from '../../src/domain/counter.ts';
import { compare } from '../../src/domain/increase.ts';
import type { Traffic } from '../../src/domain/traffic.ts';

const RANGE = 2 ** 32;
const END = RANGE - 1000;
const START = 1_773_000_000_000;
const PAIR: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };
const APART: CounterRules = { ...PAIR, directions: 'apart' };
const LOWERS: CounterRules = { ...PAIR, fall: 'lowers' };

interface Case {
  rules?: CounterRules;
  bits?: CounterBits;
  /** Bytes per second. */
  fastest?: number;
  /** Of both readings. */
  epoch?: Epoch | null;
}

const at = (download: number, upload: number): Traffic => ({ download, upload });

/** What is read 15 s after the baseline. */
function read(before: Traffic, bytes: Traffic, { rules = PAIR, bits = 32, fastest = 1.25e9, epoch = null }: Case = {}): Change[] {
  const now: Circumstances = {
    rules,
    at: START + 15_000,
    previous: { at: START, boot: 'aaaaaaaa', uptime: 1000, isPartial: false },
    elapsed: 15,
    uptime: 1015,
    fastest,
  };
  return compare([{ counter: 'c', bytes, bits, epoch }], [{ bytes: before, epoch, lastRead: null }], now);
}

/** Kind and bytes of each change. */
const what = (changes: readonly Change[]) =>
  changes.map((change) => ('bytes' in change ? [change.kind, change.bytes.download, change.bytes.upload] : [change.kind]));

const associated: Epoch = { boot: 'aaaaaaaa', instance: null, began: 700, margin: 0.01 };

describe('a counter of 32 bits', () => {
  describe('whose directions count apart', () => {
    it('gained what was left to its end, and what it shows', () => {
      expect(what(read(at(END, 500), at(500, 700), { rules: APART }))).to.deep.equal([
        ['wrap', 1500, 0],
        ['increase', 0, 200],
      ]);
    });

    it('may go past its end in both directions at once', () => {
      expect(what(read(at(END, END), at(500, 700), { rules: APART }))).to.deep.equal([
        ['wrap', 1500, 0],
        ['wrap', 0, 1700],
      ]);
    });
  });

  describe('whose directions are one pair', () => {
    it('a fall of one direction near its end is a wrap, of either', () => {
      expect(what(read(at(END, 500), at(500, 700)))).to.deep.equal([['wrap', 1500, 200]]);
      expect(what(read(at(500, END), at(700, 500)))).to.deep.equal([['wrap', 200, 1500]]);
    });

    it('a fall of both is a reset: it is the likelier, and posts less of either', () => {
      expect(what(read(at(END, END), at(500, 700)))).to.deep.equal([['reset', 500, 700]]);
    });

    it('a fall of both is a wrap where the epoch excludes a reset', () => {
      expect(what(read(at(END, END), at(500, 700), { epoch: associated }))).to.deep.equal([['wrap', 1500, 1700]]);
    });

    it('a boot alone excludes no reset', () => {
      const booted = { ...associated, instance: 7, began: null, margin: 0 };
      expect(what(read(at(END, END), at(500, 700), { epoch: booted }))).to.deep.equal([['reset', 500, 700]]);
    });

    it('a station that came back after a few bytes posts the least that a reset, a wrap or a dip allows, never 4 GB', () => {
      expect(what(read(at(5000, 300), at(2000, 400)))).to.deep.equal([['reset', 2000, 100]]);
      expect(what(read(at(5000, 300), at(4000, 400)))).to.deep.equal([['increase', 0, 100], ['dip']]);
    });

    it('half its range is too much for a wrap that nothing proves', () => {
      expect(what(read(at(RANGE / 2, 300), at(1, 400)))).to.deep.equal([['reset', 1, 100]]);
      expect(what(read(at(RANGE / 2 + 2, 300), at(1, 400)))).to.deep.equal([['wrap', RANGE / 2 - 1, 100]]);
      expect(what(read(at(RANGE / 2, 300), at(1, 400), { epoch: associated }))).to.deep.equal([['wrap', RANGE / 2 + 1, 100]]);
    });

    it('a direction that had counted nothing speaks for no wrap of the other', () => {
      expect(what(read(at(END, 0), at(500, 0)))).to.deep.equal([['reset', 500, 0]]);
      expect(what(read(at(END, 0), at(500, 0), { epoch: associated }))).to.deep.equal([['wrap', 1500, 0]]);
    });

    it('what no line could have carried is no wrap', () => {
      expect(what(read(at(END, 500), at(500, 700), { fastest: 99 }))).to.deep.equal([['reset', 500, 700]]);
    });

    it('a baseline beyond 32 bits is of another counter', () => {
      expect(what(read(at(RANGE + 5, 500), at(500, 700)))).to.deep.equal([['reset', 500, 700]]);
    });

    it('a new epoch is no wrap', () => {
      const now = { ...associated, began: 1005 };
      const [change] = compare(
        [{ counter: 'c', bytes: at(500, 700), bits: 32, epoch: now }],
        [{ bytes: at(END, 500), epoch: associated, lastRead: null }],
        {
          rules: PAIR,
          at: START + 15_000,
          previous: { at: START, boot: 'aaaaaaaa', uptime: 1000, isPartial: false },
          elapsed: 15,
          uptime: 1015,
          fastest: 1.25e9,
        },
      );
      expect(change).to.include({ kind: 'reset', why: 'new association' });
    });

    it('one that goes back to older figures posts nothing', () => {
      expect(what(read(at(END, 500), at(500, 700), { rules: LOWERS }))).to.deep.equal([['baseline']]);
    });
  });

  it('of 64 bits, a fall of a pair is a reset of both', () => {
    expect(what(read(at(END, 500), at(500, 700), { bits: 64 }))).to.deep.equal([['reset', 500, 700]]);
  });

  it('whatever moved, a counter that did not begin again never posts more than that, and one whose epoch is proved all of it', () => {
    const bytes = fc.integer({ min: 0, max: RANGE - 1 });
    const moved = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(bytes, bytes, moved, moved, fc.boolean(), (download, upload, down, up, isProved) => {
        const shown = at((download + down) % RANGE, (upload + up) % RANGE);
        // Two wraps within one interval that nothing proves are taken for a reset, which posts less too.
        const changes = what(read(at(download, upload), shown, { epoch: isProved ? associated : null }));
        expect(changes).to.have.length(1);
        const [kind, postedDown = 0, postedUp = 0] = changes[0] as [string, number, number];
        expect(postedDown).to.be.at.most(down);
        expect(postedUp).to.be.at.most(up);
        if (isProved) expect([postedDown, postedUp]).to.deep.equal([down, up]);
        if (shown.download >= download && shown.upload >= upload) expect(kind).to.equal('increase');
      }),
      { numRuns: 2000 },
    );
  });

  it('whatever it had counted, a pair that began again posts no more than it shows, unless half its range speaks for a wrap', () => {
    const before = fc.integer({ min: 0, max: RANGE / 2 });
    const after = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(before, before, after, after, (download, upload, down, up) => {
        const [, postedDown = 0, postedUp = 0] = what(read(at(download, upload), at(down, up)))[0] as [string, number, number];
        expect(postedDown).to.be.at.most(down);
        expect(postedUp).to.be.at.most(up);
      }),
      { numRuns: 2000 },
    );
  });
});
