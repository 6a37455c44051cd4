import { expect } from 'chai';
import fc from 'fast-check';
import type { Change, Circumstances } from '../../src/domain/change.ts';
import type { Baseline, CounterRules } from '../../src/domain/counter.ts';
import { compare } from '../../src/domain/increase.ts';
import { nextBaselines } from '../../src/domain/next-baselines.ts';
import { directedUsage, NO_USAGE, plusUsage, sumReading, undirectedUsage } from '../../src/domain/traffic.ts';

const RANGE = 2 ** 32;
const START = 1_773_000_000_000;
const RULES: CounterRules = { directions: 'sum', absent: 'kept', unknown: 'began', fall: 'reset', moves: true, refresh: 10 };
/** Bytes that two directions of 100 Mbit/s carry in 15 s. */
const MOST = 2 * 12.5e6 * 15;

type Shown = readonly [bytes: number, packets: number | null];

/** What is read 15 s after the baseline on a line of 100 Mbit/s: kind and bytes of each change. */
function read([before, packetsBefore]: Shown, [bytes, packets]: Shown, bits: 32 | 64 = 32, lastRead: number | null = null, elapsed = 15) {
  const now: Circumstances = {
    rules: RULES,
    at: START + elapsed * 1000,
    previous: { at: START, boot: null, uptime: null, isPartial: false },
    elapsed,
    uptime: null,
    fastest: 25e6,
  };
  const reading = { counter: 'c', bytes: sumReading(bytes, packets), bits, epoch: null };
  const baseline = { bytes: sumReading(before, packetsBefore), epoch: null, lastRead };
  return compare([reading], [baseline], now).map((change: Change) => [change.kind, 'bytes' in change ? change.bytes.download : 0]);
}

describe('Rule: undirected counter', () => {
  it('posts what it gained', () => {
    expect(read([1000, 10], [1500, 15])).to.deep.equal([['increase', 500]]);
    expect(read([1000, null], [1500, null])).to.deep.equal([['increase', 500]]);
  });

  it('that shows fewer packets has started again, however near its end it was', () => {
    expect(read([RANGE - 1000, 5e6], [700, 9])).to.deep.equal([['reset', 700]]);
    expect(read([1000, 100], [1500, 12])).to.deep.equal([['reset', 1500]]);
  });

  it('that shows as many packets or more passed its end, if it has 32 bits', () => {
    expect(read([RANGE - 1000, 5e6], [700, 5_000_009])).to.deep.equal([['wrap', 1700]]);
    expect(read([RANGE - 1000, 5e6], [700, 5_000_009], 64)[0]?.[0]).not.to.equal('wrap');
  });

  it('did not pass its end with more than the line or its packets can carry', () => {
    expect(read([RANGE - MOST, 5e6], [1000, 6e6]).flat()).not.to.include('wrap');
    expect(read([RANGE - 1_000_000, 5e6], [1000, 5_000_001]).flat()).not.to.include('wrap');
    expect(read([RANGE - 1_000_000, 5e6], [1000, 5_000_100]).flat()).not.to.include('wrap');
    expect(read([RANGE - 1_000_000, 5e6], [1000, 5_000_700])).to.deep.equal([['wrap', 1_001_000]]);
  });

  it('without packets has started again, and never passed its end: nothing tells the two apart, and this is less', () => {
    for (const before of [RANGE - 1000, 2e9])
      expect(read([before, null], [700, null])).to.deep.equal([
        ['reset', 700],
        ['increase', 0],
      ]);
  });

  it('that may as well have started again as passed its end has not passed it', () => {
    // After an hour without a reading: 4,000,000 packets of 500 bytes since a boot, or 300,000 more than before.
    const [before, now]: Shown[] = [
      [4.1e9, 3_700_000],
      [2e8, 4_000_000],
    ];
    expect(read(before ?? [0, 0], [3e8, 4_000_000], 32, null, 3600).flat()).not.to.include('wrap');
    // 50 bytes a packet: there is none so small.
    expect(read(before ?? [0, 0], now ?? [0, 0], 32, null, 3600)).to.deep.equal([['wrap', RANGE - 4.1e9 + 2e8]]);
  });

  it('whose packets one of two readings lacks is judged by its bytes alone, and has not passed its end', () => {
    for (const [before, now] of [
      [5_000_000, null],
      [null, 5_000_000],
    ]) {
      expect(read([6e9, before ?? null], [6e9 + 70, now ?? null], 64)).to.deep.equal([['increase', 70]]);
      expect(read([2e9, before ?? null], [700, now ?? null]).filter(([, bytes]) => bytes !== 0)).to.deep.equal([['reset', 700]]);
      expect(read([RANGE - 1000, before ?? null], [700, now ?? null]).flat()).not.to.include('wrap');
    }
  });

  it('that was absent and shows no packets has begun again rather than passed its end', () => {
    const absent = START - 15_000;
    expect(read([RANGE - 1000, null], [700, null], 32, absent)[0]).to.deep.equal(['reset', 700]);
    expect(read([RANGE - 1000, 5e6], [700, 5_000_009], 32, absent)).to.deep.equal([['wrap', 1700]]);
  });

  it('that lacks its packets once goes on with them', () => {
    const [bytes, bits, epoch] = [sumReading(500, 7), 64 as const, null];
    const rules = { rules: RULES, at: START, previous: null, elapsed: 0, uptime: null, fastest: 1e9 };
    const lacking: Baseline = { bytes: sumReading(400, null), epoch, lastRead: null };
    const [next] = nextBaselines([{ counter: 'c', bytes, bits, epoch }], [lacking], [{ kind: 'increase', bytes, since: START }], rules);
    expect(next?.bytes).to.deep.equal(bytes);
  });

  it('whatever moved on the line, in one life or after a restart, no more is posted', () => {
    // A packet on the line has 1500 bytes at most.
    const shown = fc
      .record({ before: fc.integer({ min: 0, max: RANGE - 1 }), small: fc.integer({ min: 1, max: 1e9 }) })
      .map(({ before, small }) => ({ before, packets: Math.ceil(before / 1500) + small }));
    const moved = fc.record({ bytes: fc.integer({ min: 0, max: MOST }), restarted: fc.boolean() });
    fc.assert(
      fc.property(shown, moved, ({ before, packets }, { bytes, restarted }) => {
        const gained = Math.ceil(bytes / 1400);
        const now: Shown = restarted ? [bytes, gained] : [(before + bytes) % RANGE, packets + gained];
        const posted = read([before, packets], now)
          .filter(([kind]) => kind !== 'rejected')
          .reduce((sum, [, each]) => sum + Number(each), 0);
        expect(posted).to.be.at.most(bytes);
        if (!restarted) expect(posted).to.equal(bytes);
      }),
    );
  });

  it('after a time without readings, in one life or after a restart, no more is posted', () => {
    const shown = fc.record({ before: fc.integer({ min: 2 ** 30, max: RANGE - 1 }), size: fc.integer({ min: 100, max: 1400 }) });
    const moved = fc.record({ share: fc.double({ min: 0, max: 0.8, noNaN: true }), size: fc.integer({ min: 70, max: 1400 }) });
    const times = fc.integer({ min: 15, max: 7200 });
    fc.assert(
      fc.property(shown, moved, times, fc.boolean(), ({ before, size }, { share, size: sizeNow }, elapsed, restarted) => {
        const packetsMost = Math.min((25e6 / (sizeNow + 24)) * elapsed, 100_000 * elapsed);
        const bytes = Math.floor(share * packetsMost * sizeNow);
        const [packets, gained] = [Math.ceil(before / size), Math.ceil(bytes / sizeNow)];
        const now: Shown = restarted ? [bytes % RANGE, gained] : [(before + bytes) % RANGE, packets + gained];
        const posted = read([before, packets], now, 32, null, elapsed)
          .filter(([kind]) => kind !== 'rejected')
          .reduce((sum, [, each]) => sum + Number(each), 0);
        expect(posted).to.be.at.most(bytes);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('Rule: undirected counter, over many readings', () => {
  const MOST_EACH = 25e6 * 15;
  const step = fc.record({ bytes: fc.integer({ min: 0, max: MOST_EACH }), restarts: fc.boolean(), isSmall: fc.boolean() });

  it('whatever moved and however often it started again, no more is posted; without a restart, all of it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: RANGE - 1 }), (steps, first) => {
        let [life, moved, posted, restarts] = [first, 0, 0, 0];
        const shown = () => ({ counter: 'c', bytes: sumReading(life % RANGE, Math.ceil(life / 1000)), bits: 32 as const, epoch: null });
        let baselines: Baseline[] = [{ bytes: shown().bytes, epoch: null, lastRead: null }];
        for (const [i, { bytes, restarts: again, isSmall }] of steps.entries()) {
          if (again && isSmall) [life, restarts] = [0, restarts + 1];
          life += bytes;
          moved += bytes;
          const at = START + (i + 1) * 15_000;
          const previous = { at: at - 15_000, boot: null, uptime: null, isPartial: false };
          const now: Circumstances = { rules: RULES, at, previous, elapsed: 15, uptime: null, fastest: 25e6 };
          const changes = compare([shown()], baselines, now);
          for (const change of changes) if ('since' in change) posted += change.bytes.download;
          baselines = nextBaselines([shown()], baselines, changes, now);
          expect(posted).to.be.at.most(moved);
        }
        if (restarts === 0) expect(posted).to.equal(moved);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a device used', () => {
  it('counts each byte once, and knows no direction where there is none', () => {
    const sum = plusUsage(directedUsage({ download: 100, upload: 10 }), undirectedUsage({ alone: 7, repeated: 90 }));
    expect(sum).to.deep.equal({ directed: { download: 100, upload: 10 }, undirected: 97, total: 117 });
    expect(plusUsage(NO_USAGE, undirectedUsage({ alone: 7, repeated: 0 }))).to.deep.equal({ directed: null, undirected: 7, total: 7 });
  });
});
