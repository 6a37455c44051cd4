import { expect } from 'chai';
import fc from 'fast-check';
import type { Circumstances } from '../../src/domain/change.ts';
import type { Baseline, CounterBits, CounterRules, Epoch } from '../../src/domain/counter.ts';
import { compare } from '../../src/domain/increase.ts';
import { nextBaselines } from '../../src/domain/next-baselines.ts';
import type { Traffic } from '../../src/domain/traffic.ts';

const [M, G] = [1e6, 1e9];
const UPLINK: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };
const STATION: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };
const IFINDEX: Epoch = { boot: 'one', instance: 7, began: null, margin: 0 };

interface Terms {
  rules?: CounterRules;
  epoch?: Epoch | null;
  bits?: CounterBits;
  /** Seconds between two answers. */
  apart?: number;
  /** Bit/s. */
  line?: number;
}

/** What is posted of a counter that shows these values one after the other; null: an answer without it. A number is a download. */
function posted(values: readonly (number | Traffic | null)[], terms: Terms = {}): Traffic {
  const { rules = UPLINK, epoch = IFINDEX, bits = 64, apart = 60, line = 10 * G } = terms;
  let kept: Baseline[] = [];
  const sum = { download: 0, upload: 0 };
  for (const [i, value] of values.entries()) {
    const at = 1_773_000_000_000 + i * apart * 1000;
    if (value === null) {
      kept = kept.map((each) => ({ ...each, lastRead: each.lastRead ?? at - apart * 1000 }));
      continue;
    }
    const { download, upload } = typeof value === 'number' ? { download: value, upload: 0 } : value;
    const bytes = { download: Math.round(download), upload: Math.round(upload) };
    const previous = i === 0 ? null : { at: at - apart * 1000, boot: 'one', uptime: 1000 + (i - 1) * apart, isPartial: false };
    const now: Circumstances = { rules, at, previous, elapsed: apart, uptime: 1000 + i * apart, fastest: line / 8 };
    const readings = [{ counter: 'any', bytes, bits, epoch }];
    const changes = compare(readings, kept, now);
    // As the file has them.
    kept = JSON.parse(JSON.stringify(nextBaselines(readings, kept, changes, now)));
    for (const change of changes) {
      if (!('since' in change)) continue;
      sum.download += change.bytes.download;
      sum.upload += change.bytes.upload;
    }
  }
  return sum;
}

/** The same of lines of one MAC, downloads only. */
function postedLines(answers: readonly (readonly Traffic[])[]): number {
  let kept: Baseline[] = [];
  let sum = 0;
  for (const [i, lines] of answers.entries()) {
    const at = 1_773_000_000_000 + i * 60_000;
    const previous = i === 0 ? null : { at: at - 60_000, boot: null, uptime: null, isPartial: false };
    const now: Circumstances = { rules: STATION, at, previous, elapsed: 60, uptime: null, fastest: 1e9 / 8 };
    const readings = lines.map((bytes) => ({ counter: 'any', bytes, bits: 64, epoch: null }) as const);
    const changes = compare(readings, kept, now);
    kept = nextBaselines(readings, kept, changes, now);
    for (const change of changes) if ('since' in change) sum += change.bytes.download;
  }
  return sum;
}

const both = (down: number, up: number): Traffic => ({ download: down, upload: up });
const download = (values: readonly (number | null)[], terms?: Terms): number => posted(values, terms).download;

describe('Rule: dip, over many readings', () => {
  const unproved: Terms = { epoch: null };

  for (const [what, terms] of [
    ['a proved epoch', {}],
    ['nothing that proves the epoch', unproved],
  ] as const) {
    describe(`with ${what}`, () => {
      it('a counter that falls to near zero again and again is posted once for it', () => {
        const dips = Array.from({ length: 10 }, (_, i) => [50 * M + i, G + (i + 1) * M]).flat();
        expect(download([G, ...dips], terms)).to.equal(50 * M);
        expect(download([G, ...dips, G + 60 * M], terms)).to.equal(60 * M);
      });

      it('zero once, and back: only what it has more', () => {
        expect(download([G, 0, G + M, G + 2 * M], terms)).to.equal(2 * M);
      });

      it('zero once after a true restart long ago: what it showed last is remembered, not what it did before that', () => {
        expect(download([50 * G, 10 * M, 100 * M, G, 0, 1.001 * G, 1.002 * G], terms)).to.equal(1.002 * G);
      });

      it('a figure that was refused has never been: the counter continues from the one before', () => {
        expect(download([G, 8e15, 1.002 * G, 1.003 * G], terms)).to.equal(3 * M);
        expect(download([100 * G, 8e15, 100.002 * G, 100.003 * G], terms)).to.equal(3 * M);
        expect(download([G, 8e15, 1.001 * G, 1.002 * G, 0, 1.003 * G], terms)).to.equal(3 * M);
      });

      it('a refused figure that stays is where counting continues', () => {
        expect(download([G, 8e15, 8e15 + 5, 8e15 + 7], terms)).to.equal(7);
      });

      it('a counter that fell to near zero and grows from there did restart', () => {
        expect(download([21 * M, 0, 25 * M, 40 * M], terms)).to.equal(40 * M);
        expect(download([21 * M, 100_000, 500 * M, 600 * M], terms)).to.equal(600 * M);
        expect(download([100 * M, 0, ...Array.from({ length: 1450 }, () => 0), 2 * G, 2.2 * G], terms)).to.equal(2.2 * G);
      });
    });
  }

  it('a refused figure that stays for some readings and then goes has never been', () => {
    for (const terms of [{}, unproved]) {
      expect(download([G, 8e15, 8e15, 1.001 * G], terms)).to.equal(M);
      expect(download([G, 8e15, 8e15 + 5, 8e15 + 7, 1.001 * G, 1.002 * G], terms)).to.equal(2 * M);
    }
  });

  it('a counter that lost most of it for one reading had not restarted: only what it has more is posted', () => {
    for (const share of [0.07, 0.1, 0.25, 0.45]) {
      expect(download([G, share * G, 1.001 * G, 1.002 * G], unproved), `to ${share}`).to.equal(2 * M);
      expect(download([G, share * G, share * G, 0.999 * G, 1.002 * G], unproved), `twice, to ${share}`).to.equal(2 * M);
      expect(download([100 * M, share * 100 * M, 101 * M, 102 * M], unproved), `100 MB to ${share}`).to.equal(2 * M);
    }
    const values = [both(G, 5 * G), both(0.3 * G, 5.001 * G), both(1.001 * G, 5.002 * G)];
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(M, 2 * M));
  });

  it('however often a counter dips for one reading, by however much short of near zero, it is posted to the byte', () => {
    const step = fc.record({
      grown: fc.integer({ min: 1, max: M / 2 }),
      dips: fc.boolean(),
      to: fc.double({ min: 0.07, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), fc.constantFrom(UPLINK, STATION), (steps, rules) => {
        let value = 17 * M;
        const values = [value];
        for (const { grown, dips, to } of steps) {
          value += grown;
          if (dips) values.push(Math.round(value * to));
          value += grown;
          values.push(value);
        }
        expect(download(values, { ...unproved, rules })).to.equal(value - 17 * M);
      }),
    );
  });

  it('one that goes on from there did restart, and everything that it shows is posted', () => {
    expect(download([G, 0.45 * G, 0.451 * G, 0.5 * G], unproved)).to.equal(0.5 * G);
    expect(download([100 * M, 20 * M, 60 * M, 99 * M, 120 * M], unproved)).to.equal(120 * M);
    expect(download([100 * M, 20 * M, 200 * M], unproved)).to.equal(200 * M);
    const values = [both(100 * M, 10 * M), both(30 * M, 11 * M), both(31 * M, 12 * M)];
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(31 * M, 12 * M));
  });

  it('one that stays as low is waited for: nothing is lost by that', () => {
    const idle = Array.from({ length: 1500 }, () => 45 * M);
    expect(download([100 * M, ...idle], unproved)).to.equal(0);
    expect(download([100 * M, ...idle, 46 * M], unproved)).to.equal(46 * M);
    expect(download([100 * M, ...idle, 101 * M], unproved)).to.equal(M);
  });

  it('one that falls on to near zero meanwhile did restart', () => {
    expect(download([100 * M, 45 * M, M, 2 * M], unproved)).to.equal(2 * M);
  });

  it('a large counter that was low for some readings, and grew, leaps back to what it showed: it had not restarted', () => {
    expect(download([5 * G, 0.1 * G, 0.2 * G, 0.3 * G, 5.2 * G, 5.7 * G], unproved)).to.equal(0.7 * G);
    expect(download([5 * G, 0.1 * G, 0.2 * G, 0.3 * G, 5.2 * G, 5.7 * G])).to.equal(0.7 * G);
    expect(download([5 * G, 2 * G, 2.1 * G, 2.2 * G, 5.2 * G, 7.7 * G], unproved)).to.equal(2.7 * G);
  });

  it('one that was lower for long, and counted again from there, leaps back too', () => {
    for (const share of [0.92, 0.8, 0.6, 0.3, 0.1, 0.01]) {
      const values = Array.from({ length: 40 }, (_, i) => (5 + i * 0.001) * G - (i > 2 && i < 20 ? (1 - share) * 5 * G : 0));
      const later = Array.from({ length: 40 }, (_, i) => (5.1 + i * 0.1) * G);
      expect(download([...values, ...later], unproved), `to ${share}`).to.be.within(3.9 * G, 4 * G);
    }
  });

  it('one that comes there step by step did restart', () => {
    const steps = Array.from({ length: 60 }, (_, i) => (i + 1) * 0.1 * G);
    expect(download([5 * G, ...steps], unproved)).to.equal(6 * G);
  });

  it('a large counter that shows zero once may have grown meanwhile', () => {
    expect(download([G, 0, 1.08 * G])).to.equal(80 * M);
  });

  it('one direction of a pair at zero does not post a large other one again', () => {
    const values = [both(G, 5 * G), both(0, 5.001 * G), both(0, 5.002 * G), both(1.001 * G, 5.004 * G)];
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(M, 4 * M));
  });

  it('a small fall after one that had all but ended is a new one', () => {
    const values = [2 * G, 1.9999 * G, 1.1 * G, 1.9998 * G, 1.8 * G, 2.001 * G];
    expect(download(values, { ...unproved, apart: 300 })).to.equal(M);
  });

  it('a counter in doubt is not silent for long, whatever its later readings prove', () => {
    const later = Array.from({ length: 15 }, (_, i) => (61 + i) * M);
    expect(download([100 * M, null, 60 * M, ...later])).to.equal(15 * M);
  });

  it('one that was absent for longer than a dip lasts, and shows less, has begun again', () => {
    const day = Array.from({ length: 1450 }, () => null);
    expect(download([100 * M, ...day, 60 * M, 70 * M])).to.equal(70 * M);
  });

  it('a pair that falls to near zero again and again is posted once for it', () => {
    const dips = Array.from({ length: 10 }, (_, i) => [50 * M, G + (i + 1) * M]).flat();
    const values = [G, ...dips].map((bytes) => both(bytes, bytes));
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(50 * M, 50 * M));
  });

  for (const [name, rules] of [
    ['a pair', STATION],
    ['an uplink', UPLINK],
  ] as const) {
    it(`a small figure of ${name} that both directions show again at once had not restarted`, () => {
      const dips = Array.from({ length: 10 }, (_, i) => [both(0.2 * M, 0.1 * M), both(12.1 * M + i * 1000, 3.05 * M)]).flat();
      const values = [both(12 * M, 3 * M), ...dips];
      expect(posted(values, { ...unproved, rules })).to.deep.equal(both(0.2 * M, 0.1 * M));
    });
  }

  it('a small direction of an uplink that falls and is back while the other one goes on had not restarted', () => {
    const dips = Array.from({ length: 10 }, (_, i) => [both(0.2 * M, 3 * M + 2000 * i), both(12 * M, 3 * M + 2000 * i + 1000)]).flat();
    expect(posted([both(12 * M, 3 * M), ...dips], { ...unproved, rules: UPLINK })).to.deep.equal(both(0.2 * M, 19_000));
  });

  it('one direction alone may reach a small figure again by chance: the pair did restart', () => {
    const values = [both(12 * M, 3 * M), both(0.2 * M, 0.1 * M), both(12.1 * M, 1 * M)];
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(12.1 * M, 1 * M));
  });

  for (const low of [0.98, 0.6]) {
    it(`a pair that dips again while it is low, to ${low} of that, is posted once for it`, () => {
      const dips = Array.from({ length: 10 }, (_, i) => [
        both(2 * M, 2 * M),
        both(low * 2 * M, low * 2 * M),
        both(100 * M + i, 100 * M + i),
      ]);
      expect(posted([both(100 * M, 100 * M), ...dips.flat()], { ...unproved, rules: STATION })).to.deep.equal(both(2 * M, 2 * M));
      const uplink = posted([both(100 * M, 100 * M), ...dips.flat()], { ...unproved, rules: UPLINK });
      expect(uplink).to.deep.equal(both(2 * M, 2 * M));
    });
  }

  it('one that dips while it is low and goes on from there is posted as far as it came', () => {
    const values = [100, 2, 1.9, 2.1, 3, 10, 20].map((each) => both(each * M, each * M));
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(20 * M, 20 * M));
  });

  it('what was posted between two falls is made up for too', () => {
    expect(download([G, 50 * M, 55 * M, M, G + M, G + 60 * M])).to.equal(60 * M);
  });

  it('the direction of a pair that did not fall is made up for, though it grew', () => {
    const values = [
      both(100 * G, 5 * G),
      both(0.1 * G, 5.5 * G),
      both(0.1 * G, 5.53 * G),
      both(100.1 * G, 5.6 * G),
      both(100.2 * G, 5.7 * G),
    ];
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(0.2 * G, 5.53 * G));
  });

  it('lines of one MAC of which one was refused set baselines only', () => {
    const lines = (...bytes: number[]) => bytes.map((value) => both(value, 0));
    expect(postedLines([lines(G, 5 * M), lines(8e15, 6 * M), lines(G + 3, 7 * M), lines(G + 5, 8 * M)])).to.equal(M + 2);
  });

  it('both directions of a pair come back at once', () => {
    const values = [both(G, G), both(0, 1.001 * G), both(1.002 * G, 1.002 * G), both(2.1 * G, 2.1 * G)];
    // The restart posted 1.001 GB of uploads; they count against what follows.
    expect(posted(values, { ...unproved, rules: STATION })).to.deep.equal(both(1.1 * G, 1.1 * G));
  });

  it('a counter of 32 bits that shows zero once is posted once, also after a dip', () => {
    expect(download([3 * G, 2.9 * G, 0, 3.001 * G], { bits: 32 })).to.equal(M);
    expect(
      posted(
        [3 * G, 0, 3.001 * G].map((value) => ({ download: value, upload: value / 3 })),
        { bits: 32 },
      ).download,
    ).to.equal(M);
    expect(download([100 * M, M, 2 * M], { bits: 32 })).to.equal(2 * M);
    expect(download([3.1 * G, 0, 3.101 * G, 0, 3.102 * G], { bits: 32 })).to.equal(2 * M);
    expect(posted([both(3.3 * G, 3.3 * G), both(0, 0), both(3.301 * G, 3.301 * G)], { bits: 32 })).to.deep.equal(both(M, M));
  });
});
