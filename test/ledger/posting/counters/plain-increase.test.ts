import { expect } from 'chai';
import fc from 'fast-check';
import type { Circumstances } from '../../../../src/domain/change.ts';
import type { Baseline, Doubt, Epoch, Reading } from '../../../../src/domain/counter.ts';
import { compare } from '../../../../src/domain/increase.ts';
import { nextBaselines } from '../../../../src/domain/next-baselines.ts';
import { plus } from '../../../../src/domain/traffic.ts';
import { onwardFrom, plainIncrease } from '../../../../src/ledger/posting/counters/plain-increase.ts';

const AT = 1_763_664_918_000;
const figure = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom(2 ** 24, 2 ** 28, 2 ** 32 - 5, 2 ** 32, Number.MAX_SAFE_INTEGER));
const bytes = fc.record({ download: figure, upload: figure });
const epoch: fc.Arbitrary<Epoch | null> = fc.option(
  fc.record({
    boot: fc.constantFrom('8d1f3b0e', 'imported', 'taken over'),
    instance: fc.constantFrom(null, 1, 2),
    began: fc.constantFrom(null, 0, 100, 100.005),
    margin: fc.constantFrom(0, 0.01, 2),
  }),
);
const doubt: fc.Arbitrary<Doubt> = fc.oneof(
  fc.record({ kind: fc.constant('unsure' as const), since: fc.constant(AT - 60_000), low: figure }),
  fc.record({ kind: fc.constant('refused' as const), since: fc.constant(AT - 60_000), before: figure }),
  fc.record({ kind: fc.constantFrom('dipped' as const, 'owed' as const), since: fc.constant(AT), least: figure, settles: fc.constant(AT) }),
);
const baseline: fc.Arbitrary<Baseline> = fc
  .record({ bytes, epoch, lastRead: fc.constantFrom(null, null, AT - 60_000), doubt: fc.option(doubt) })
  .map(({ doubt, ...plain }) => (doubt === null ? plain : { ...plain, doubts: { download: doubt } }));
const now: fc.Arbitrary<Circumstances> = fc.record({
  rules: fc.record({
    directions: fc.constantFrom('together' as const, 'apart' as const),
    absent: fc.constant('kept' as const),
    unknown: fc.constantFrom('began' as const, 'later' as const, 'baseline' as const),
    fall: fc.constantFrom('reset' as const, 'lowers' as const),
    refresh: fc.constantFrom(0, 10),
  }),
  at: fc.constant(AT),
  previous: fc.option(
    fc.record({
      at: fc.constantFrom(AT - 15_000, AT, AT + 5000),
      boot: fc.constantFrom(null, '8d1f3b0e'),
      uptime: fc.constantFrom(null, 1000),
      isPartial: fc.boolean(),
    }),
  ),
  elapsed: fc.constantFrom(0, 15, 900),
  uptime: fc.constantFrom(null, 1015),
  fastest: fc.constantFrom(1, 100, 1e12, 1e15),
});

describe('the short way of a counter', () => {
  it('gives what the rules give, or leaves the counter to them', () => {
    let short = 0;
    const bits = fc.constantFrom(32 as const, 64 as const);
    // Half of them are of the same epoch, and half show a little more than before.
    const alike = fc.record({ isSame: fc.boolean(), grown: fc.option(fc.record({ download: fc.nat(50), upload: fc.nat(50) })) });
    fc.assert(
      fc.property(baseline, bytes, epoch, bits, now, alike, (kept, any, other, width, circumstances, { isSame: sameEpoch, grown }) => {
        const shown = grown === null ? any : plus(kept.bytes, grown);
        const reading: Reading = { counter: 'any', bytes: shown, bits: width, epoch: sameEpoch ? kept.epoch : other };
        const onward = onwardFrom(circumstances);
        const moved = onward && plainIncrease(reading, kept, onward);
        if (onward === null || moved === null) return;
        short += 1;
        const changes = compare([reading], [kept], circumstances);
        expect(changes).to.deep.equal([{ kind: 'increase', bytes: moved, since: onward.since }]);
        expect(nextBaselines([reading], [kept], changes, circumstances)).to.deep.equal([
          { bytes: shown, epoch: kept.epoch, lastRead: null },
        ]);
      }),
      { numRuns: 20_000 },
    );
    expect(short).to.be.above(300);
  });
});
