import { expect } from 'chai';
import type { Change, Circumstances, DipReason, ResetReason } from '../../src/domain/change.ts';
import { type Baseline, type CounterRules, type Doubts, type Epoch, IMPORTED, type Reading } from '../../src/domain/counter.ts';
import { compare } from '../../src/domain/increase.ts';
import { nextBaselines } from '../../src/domain/next-baselines.ts';
import type { Traffic } from '../../src/domain/traffic.ts';

/** The law by examples: readings, the baselines that they are compared with, and what that means. */
interface Example {
  /** Changes of the circumstances below. */
  now?: Partial<Circumstances>;
  rules?: CounterRules;
  readings: Reading[];
  baselines: Baseline[];
  changes: Change[];
}

const STATION: CounterRules = { directions: 'together', absent: 'ended', unknown: 'began', fall: 'reset', refresh: 10 };
const CLASSIC: CounterRules = { ...STATION, absent: 'kept' };
const UPLINK: CounterRules = { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 };
const HOST: CounterRules = { directions: 'apart', absent: 'missed', unknown: 'began', fall: 'reset', refresh: 10 };
const NLBWMON: CounterRules = { ...HOST, absent: 'kept', fall: 'lowers' };

/** An answer that arrives at 1,000 s, 15 s after the one before, from a router that runs for 5,000 s. */
const NOW: Circumstances = {
  rules: STATION,
  at: 1_000_000,
  previous: { at: 985_000, boot: 'one', uptime: 4985, isPartial: false },
  elapsed: 15,
  uptime: 5000,
  fastest: 1_000_000,
};
const BEFORE = 985_000;
/** What the line carries in 15 s and the 10 s that a router may take to bring its counters up to date. */
const MOST = 25_000_000;

const pair = (download: number, upload: number): Traffic => ({ download, upload });
const reading = (download: number, upload: number, more: Partial<Reading> = {}): Reading => ({
  counter: 'any',
  bytes: pair(download, upload),
  bits: 64,
  epoch: null,
  ...more,
});
const baseline = (download: number, upload: number, more: Partial<Baseline> = {}): Baseline => ({
  bytes: pair(download, upload),
  epoch: null,
  lastRead: null,
  ...more,
});
const boot = (name: string, more: Partial<Epoch> = {}): Epoch => ({ boot: name, instance: null, began: null, margin: 0, ...more });
const associated = (began: number, margin = 2): Epoch => boot('one', { began, margin });
const device = (instance: number | null): Epoch => boot('one', { instance });

const increase = (download: number, upload: number, since = BEFORE): Change => ({ kind: 'increase', bytes: pair(download, upload), since });
const began = (download: number, upload: number, since = BEFORE): Change => ({ kind: 'began', bytes: pair(download, upload), since });
const wrap = (download: number, upload: number, since = BEFORE): Change => ({ kind: 'wrap', bytes: pair(download, upload), since });
const reset = (why: ResetReason, download: number, upload: number, since = BEFORE): Change => ({
  kind: 'reset',
  bytes: pair(download, upload),
  since,
  why,
});
const rejected = (download: number, upload: number, seconds: number): Change => ({
  kind: 'rejected',
  bytes: pair(download, upload),
  why: `more than 8000000 bit/s could carry in ${seconds} s`,
});
type BaselineReason = Extract<Change, { kind: 'baseline' }>['why'];
const only = (why: BaselineReason): Change => ({ kind: 'baseline', why });

const shown = new Set<string>();

function examples(table: Record<string, Example>): void {
  for (const [title, { now, rules = STATION, readings, baselines, changes }] of Object.entries(table)) {
    for (const change of changes) {
      shown.add(change.kind);
      if (change.kind === 'reset' || change.kind === 'baseline') shown.add(change.why);
    }
    it(title, () => {
      expect(compare(readings, baselines, { ...NOW, rules, ...now })).to.deep.equal(changes);
    });
  }
}

describe('compare', () => {
  describe('Rule: first reading', () => {
    examples({
      'sets the baseline and posts nothing': {
        now: { previous: null, elapsed: 0 },
        readings: [reading(5000, 6000)],
        baselines: [],
        changes: [only('first reading')],
      },
      'the same for a counter on several lines': {
        now: { previous: null, elapsed: 0 },
        rules: CLASSIC,
        readings: [reading(5000, 6000), reading(70, 7)],
        baselines: [],
        changes: [only('first reading')],
      },
      'the same for a counter that can prove how young it is': {
        now: { previous: null, elapsed: 0 },
        readings: [reading(5000, 6000, { epoch: associated(4999) })],
        baselines: [],
        changes: [only('first reading')],
      },
    });
  });

  describe('Rule: new counter', () => {
    examples({
      'began at zero since the reading before': {
        readings: [reading(300, 30)],
        baselines: [],
        changes: [began(300, 30)],
      },
      'of a station that associated 5 s ago: its bytes belong to those 5 s': {
        readings: [reading(300, 30, { epoch: associated(4995) })],
        baselines: [],
        changes: [began(300, 30, 995_000)],
      },
      'of a station that was associated long before the last reading, which did not show it: baseline only': {
        readings: [reading(300, 30, { epoch: associated(4900) })],
        baselines: [],
        changes: [only('older than the last reading')],
      },
      'of a station that associated 2 s before the last reading: it may not have been listed yet': {
        readings: [reading(300, 30, { epoch: associated(4983, 0.01) })],
        baselines: [],
        changes: [began(300, 30)],
      },
      'the margin of the association may be wider than that': {
        readings: [reading(300, 30, { epoch: associated(4975, 20) })],
        baselines: [],
        changes: [began(300, 30)],
      },
      'of an uplink: it may only have come up, so baseline only': {
        rules: UPLINK,
        readings: [reading(7000, 700)],
        baselines: [],
        changes: [only('may only have come into sight')],
      },
      'of an uplink in the boot that was read before: baseline only, whatever its number': {
        rules: UPLINK,
        readings: [reading(7000, 700, { epoch: device(12) })],
        baselines: [],
        changes: [only('may only have come into sight')],
      },
      'of an uplink after a boot: it is new, and 8 s old': {
        now: { uptime: 8 },
        rules: UPLINK,
        readings: [reading(7000, 700, { epoch: boot('two') })],
        baselines: [],
        changes: [began(7000, 700, 992_000)],
      },
      'of an uplink where the boot before is not known: baseline only': {
        now: { previous: { at: BEFORE, boot: null, uptime: null, isPartial: false }, uptime: 8 },
        rules: UPLINK,
        readings: [reading(7000, 700, { epoch: boot('two') })],
        baselines: [],
        changes: [only('may only have come into sight')],
      },
      'that shows more than the line can carry is not posted': {
        readings: [reading(MOST + 1, 30)],
        baselines: [],
        changes: [rejected(MOST + 1, 30, 25)],
      },
    });
  });

  describe('Rule: increase', () => {
    examples({
      'without a fall the difference counts, since the reading before': {
        readings: [reading(150, 1001)],
        baselines: [baseline(100, 1000)],
        changes: [increase(50, 1)],
      },
      'a counter that did not move gains nothing': {
        readings: [reading(100, 1000)],
        baselines: [baseline(100, 1000)],
        changes: [increase(0, 0)],
      },
      'directions that stand apart and did not fall are one increase': {
        rules: UPLINK,
        readings: [reading(150, 1001)],
        baselines: [baseline(100, 1000)],
        changes: [increase(50, 1)],
      },
      'a baseline that has waited counts since it was last read': {
        rules: CLASSIC,
        readings: [reading(150, 1001)],
        baselines: [baseline(100, 1000, { lastRead: 400_000 })],
        changes: [increase(50, 1, 400_000)],
      },
      'values beyond 2^32 are as good as any': {
        readings: [reading(2 ** 52 + 3, 2 ** 33 + 1)],
        baselines: [baseline(2 ** 52, 2 ** 33)],
        changes: [increase(3, 1)],
      },
    });
  });

  describe('Rule: reset', () => {
    examples({
      'a fall in one direction of a pair: both post what they show': {
        readings: [reading(200, 7)],
        baselines: [baseline(100, 1000)],
        changes: [reset('fell', 200, 7)],
      },
      'a fall in both directions of a pair': {
        readings: [reading(20, 7)],
        baselines: [baseline(100, 1000)],
        changes: [reset('fell', 20, 7)],
      },
      'directions that stand apart: the one that fell posts what it shows, the other its difference': {
        rules: UPLINK,
        readings: [reading(130, 7)],
        baselines: [baseline(100, 1000)],
        changes: [increase(30, 0), reset('fell', 0, 7)],
      },
      'the same the other way round': {
        rules: UPLINK,
        readings: [reading(7, 1030)],
        baselines: [baseline(100, 1000)],
        changes: [reset('fell', 7, 0), increase(0, 30)],
      },
      'directions that stand apart and both fell are two resets': {
        rules: UPLINK,
        readings: [reading(20, 7)],
        baselines: [baseline(100, 1000)],
        changes: [reset('fell', 20, 0), reset('fell', 0, 7)],
      },
      'a counter that returns below its baseline has begun again since it was last read': {
        rules: CLASSIC,
        readings: [reading(20, 7)],
        baselines: [baseline(100, 1000, { lastRead: 400_000 })],
        changes: [reset('fell', 20, 7, 400_000)],
      },
    });
  });

  describe('Rule: epoch', () => {
    examples({
      'a new boot is a reset also where the values are higher; its bytes flowed since the boot': {
        now: { uptime: 8 },
        readings: [reading(300, 3000, { epoch: boot('two') })],
        baselines: [baseline(100, 1000, { epoch: boot('one') })],
        changes: [reset('boot', 300, 3000, 992_000)],
      },
      'a new boot resets both directions at once where they stand apart': {
        now: { uptime: 8 },
        rules: UPLINK,
        readings: [reading(300, 7, { epoch: boot('two') })],
        baselines: [baseline(100, 1000, { epoch: boot('one') })],
        changes: [reset('boot', 300, 7, 992_000)],
      },
      'the bytes of a boot before the last reading flowed since that reading': {
        now: { uptime: 19 },
        readings: [reading(300, 3000, { epoch: boot('two') })],
        baselines: [baseline(100, 1000, { epoch: boot('one') })],
        changes: [reset('boot', 300, 3000)],
      },
      'where the uptime is not known, too': {
        now: { uptime: null },
        readings: [reading(300, 3000, { epoch: boot('two') })],
        baselines: [baseline(100, 1000, { epoch: boot('one') })],
        changes: [reset('boot', 300, 3000)],
      },
      'a new boot explains a new number and a new association': {
        now: { uptime: 8 },
        readings: [reading(300, 3000, { epoch: boot('two', { instance: 3, began: 6 }) })],
        baselines: [baseline(100, 1000, { epoch: boot('one', { instance: 4, began: 4000 }) })],
        changes: [reset('boot', 300, 3000, 998_000)],
      },
      'a device, table or accounting period with another number is a reset also where the values are higher': {
        rules: UPLINK,
        readings: [reading(300, 3000, { epoch: device(12) })],
        baselines: [baseline(100, 1000, { epoch: device(11) })],
        changes: [reset('new device', 300, 3000)],
      },
      'a number that one of the two answers lacks proves nothing': {
        rules: UPLINK,
        readings: [reading(300, 3000, { epoch: device(null) })],
        baselines: [baseline(100, 1000, { epoch: device(11) })],
        changes: [increase(200, 2000)],
      },
      'a new association is a reset also where the values are higher; its bytes flowed since then': {
        readings: [reading(300, 3000, { epoch: associated(4995) })],
        baselines: [baseline(100, 1000, { epoch: associated(4000) })],
        changes: [reset('new association', 300, 3000, 995_000)],
      },
      'an association that moved by no more than its margin is the same': {
        readings: [reading(300, 3000, { epoch: associated(4002) })],
        baselines: [baseline(100, 1000, { epoch: associated(4000) })],
        changes: [increase(200, 2000)],
      },
      'the wider margin of the two counts: the first may only have been read roughly': {
        readings: [reading(300, 3000, { epoch: associated(4007, 0.01) })],
        baselines: [baseline(100, 1000, { epoch: associated(4000, 10) })],
        changes: [increase(200, 2000)],
      },
      'an association that moved by more than its margin is another': {
        readings: [reading(300, 3000, { epoch: associated(4002.1) })],
        baselines: [baseline(100, 1000, { epoch: associated(4000) })],
        changes: [reset('new association', 300, 3000)],
      },
      'an association never moves back: that is the clock of the answer': {
        readings: [reading(300, 3000, { epoch: associated(3000) })],
        baselines: [baseline(100, 1000, { epoch: associated(4000) })],
        changes: [increase(200, 2000)],
      },
      'an association that one of the two answers lacks proves nothing': {
        readings: [reading(300, 3000, { epoch: boot('one') })],
        baselines: [baseline(100, 1000, { epoch: associated(4000) })],
        changes: [increase(200, 2000)],
      },
      'an answer without an epoch proves none': {
        readings: [reading(300, 3000)],
        baselines: [baseline(100, 1000, { epoch: boot('one') })],
        changes: [increase(200, 2000)],
      },
      'a baseline without an epoch proves none': {
        readings: [reading(300, 3000, { epoch: boot('one') })],
        baselines: [baseline(100, 1000)],
        changes: [increase(200, 2000)],
      },
      'a fall inside an epoch is a reset': {
        readings: [reading(20, 3000, { epoch: boot('one') })],
        baselines: [baseline(100, 1000, { epoch: boot('one') })],
        changes: [reset('fell', 20, 3000)],
      },
    });
  });

  describe('Rule: wrap', () => {
    const NEAR = 2 ** 32 - 1000;
    examples({
      'a counter known to have 32 bits goes on past its end': {
        rules: UPLINK,
        readings: [reading(500, 6, { bits: 32 })],
        baselines: [baseline(NEAR, 5)],
        changes: [wrap(1500, 0), increase(0, 1)],
      },
      'the same in the other direction': {
        rules: UPLINK,
        readings: [reading(6, 500, { bits: 32 })],
        baselines: [baseline(5, NEAR)],
        changes: [increase(1, 0), wrap(0, 1500)],
      },
      'both directions at once are two': {
        rules: UPLINK,
        readings: [reading(500, 0, { bits: 32 })],
        baselines: [baseline(NEAR, NEAR)],
        changes: [wrap(1500, 0), wrap(0, 1000)],
      },
      'a counter not known to have 32 bits has begun again': {
        rules: UPLINK,
        readings: [reading(500, 6)],
        baselines: [baseline(NEAR, 5)],
        changes: [reset('fell', 500, 0), increase(0, 1)],
      },
      'a fall that the line could not have made by going round is a reset': {
        rules: UPLINK,
        readings: [reading(500, 6, { bits: 32 })],
        baselines: [baseline(3 * 2 ** 30, 5)],
        changes: [reset('fell', 500, 0), increase(0, 1)],
      },
      'after 900 s, at three times the rate, it could have': {
        now: { fastest: 3_000_000 },
        rules: UPLINK,
        readings: [reading(500, 6, { bits: 32 })],
        baselines: [baseline(3 * 2 ** 30, 5, { lastRead: 100_000 })],
        changes: [wrap(2 ** 30 + 500, 0, 100_000), increase(0, 1, 100_000)],
      },
      'a baseline that needs more than 32 bits did not wrap': {
        rules: UPLINK,
        readings: [reading(500, 6, { bits: 32 })],
        baselines: [baseline(2 ** 32 + 5, 5)],
        changes: [reset('fell', 500, 0), increase(0, 1)],
      },
      'a new epoch is not a wrap': {
        rules: UPLINK,
        readings: [reading(500, 6, { bits: 32, epoch: device(12) })],
        baselines: [baseline(NEAR, 5, { epoch: device(11) })],
        changes: [reset('new device', 500, 6)],
      },
    });
  });

  describe('Rule: dip', () => {
    const GB = 1e9;
    const SAME = { epoch: device(5) };
    const less = (download: number, upload: number, why: DipReason = 'shows less'): Change => ({
      kind: 'dip',
      short: pair(download, upload),
      why,
    });
    const dipped = (since: number, least: number, settles = since + 86_400_000): { doubts: Doubts } => ({
      doubts: { download: { kind: 'dipped', since, least, settles } },
    });
    const fell = (since: number, before: number, low: number): { doubts: Doubts } => ({
      doubts: { download: { kind: 'fell', since, before, low, posted: 0 } },
    });
    examples({
      'a fall by a part within a proved epoch is not a restart: nothing is posted of that direction': {
        rules: UPLINK,
        readings: [reading(1_000_900_000, 3_717_611_343, SAME)],
        baselines: [baseline(1_000_500_000, 3_717_616_438, SAME)],
        changes: [increase(400_000, 0), less(0, 5095)],
      },
      'by nine tenths of it too': {
        rules: UPLINK,
        readings: [reading(0.1 * GB, 5, SAME)],
        baselines: [baseline(GB, 5, SAME)],
        changes: [increase(0, 0), less(0.9 * GB, 0)],
      },
      'of a station whose association is the same': {
        readings: [reading(900_000, 30_010, { epoch: associated(4000) })],
        baselines: [baseline(GB / 1000, 30_000, { epoch: associated(4000) })],
        changes: [increase(0, 10), less(100_000, 0)],
      },
      'in both directions': {
        rules: UPLINK,
        readings: [reading(900, 90, SAME)],
        baselines: [baseline(1000, 100, SAME)],
        changes: [less(100, 10)],
      },
      'while it is below, the audit has its row already': {
        rules: UPLINK,
        readings: [reading(950, 100, SAME)],
        baselines: [baseline(1000, 100, { ...SAME, ...dipped(BEFORE, 900) })],
        changes: [increase(0, 0), less(50, 0, 'still shows less')],
      },
      'what passes the old maximum is posted': {
        rules: UPLINK,
        readings: [reading(1030, 100, SAME)],
        baselines: [baseline(1000, 100, { ...SAME, ...dipped(BEFORE, 900) })],
        changes: [increase(30, 0)],
      },
      'a fall to near zero within a proved epoch is a restart of that direction: a driver did that': {
        rules: UPLINK,
        readings: [reading(500, 120, SAME)],
        baselines: [baseline(GB, 100, SAME)],
        changes: [reset('fell', 500, 0), increase(0, 20)],
      },
      'a fall to near zero of one direction of a proved association does not restart the other': {
        readings: [reading(500, 120, { epoch: associated(4000) })],
        baselines: [baseline(GB, 100, { epoch: associated(4000) })],
        changes: [reset('fell', 500, 0), increase(0, 20)],
      },
      'but not if the line could not have carried so much since the last reading': {
        rules: UPLINK,
        readings: [reading(MOST, 100, SAME)],
        baselines: [baseline(100 * MOST, 100, SAME)],
        changes: [increase(0, 0), less(99 * MOST, 0)],
      },
      'where nothing proves the epoch, a fall by a small part is a dip': {
        rules: CLASSIC,
        readings: [reading(990, 1010)],
        baselines: [baseline(1000, 1000)],
        changes: [increase(0, 10), less(10, 0)],
      },
      'where nothing proves the epoch, a fall by most of it is a restart': {
        rules: CLASSIC,
        readings: [reading(400, 1010)],
        baselines: [baseline(1000, 1000)],
        changes: [reset('fell', 400, 1010)],
      },
      'in doubt nothing is posted at first': {
        rules: CLASSIC,
        readings: [reading(600, 1010)],
        baselines: [baseline(1000, 1000)],
        changes: [increase(0, 10), less(400, 0)],
      },
      'a doubt is over after ten minutes of growth below: it counts from the least that it showed': {
        rules: CLASSIC,
        readings: [reading(750, 1000)],
        baselines: [baseline(1000, 1000, dipped(390_000, 600, 990_000))],
        changes: [reset('stayed below', 150, 0, 390_000), increase(0, 0)],
      },
      'not before': {
        rules: CLASSIC,
        readings: [reading(750, 1000)],
        baselines: [baseline(1000, 1000, dipped(410_000, 600, 1_010_000))],
        changes: [increase(0, 0), less(250, 0, 'still shows less')],
      },
      'one that does not move stays a doubt: nothing is lost by waiting': {
        rules: CLASSIC,
        readings: [reading(600, 1000)],
        baselines: [baseline(1000, 1000, dipped(390_000, 600, 990_000))],
        changes: [increase(0, 0), less(400, 0, 'still shows less')],
      },
      'in a proved epoch the old maximum is waited for': {
        rules: UPLINK,
        readings: [reading(750, 1000, SAME)],
        baselines: [baseline(1000, 1000, { ...SAME, ...dipped(390_000, 600) })],
        changes: [increase(0, 0), less(250, 0, 'still shows less')],
      },
      'for a day': {
        now: { at: 87_000_000, previous: { at: 86_985_000, boot: 'one', uptime: 4985, isPartial: false } },
        rules: UPLINK,
        readings: [reading(750, 1000, SAME)],
        baselines: [baseline(1000, 1000, { ...SAME, ...dipped(390_000, 600) })],
        changes: [reset('stayed below', 150, 0, 390_000), increase(0, 0, 86_985_000)],
      },
      'an address that was absent may have expired: its epoch proves nothing': {
        rules: HOST,
        readings: [reading(400, 0, SAME)],
        baselines: [baseline(1000, 0, { ...SAME, lastRead: 970_000 })],
        changes: [reset('fell', 400, 0, 970_000), increase(0, 0, 970_000)],
      },
      'one that is back after a fall to zero had not restarted: only what it has more is posted': {
        rules: UPLINK,
        readings: [reading(GB + 300, 120, SAME)],
        baselines: [baseline(0, 100, { ...SAME, ...fell(BEFORE, GB, 0) })],
        changes: [increase(300, 20), less(0, 0, 'came back')],
      },
      'less what was posted for its restart': {
        rules: CLASSIC,
        readings: [reading(GB + 300, 120)],
        baselines: [baseline(50, 100, fell(BEFORE, GB, 50))],
        changes: [increase(250, 20), less(0, 0, 'came back')],
      },
      'where nothing proves the epoch, one that passes its old figure by far did restart': {
        rules: CLASSIC,
        readings: [reading(5000, 120)],
        baselines: [baseline(50, 100, fell(BEFORE, 1000, 50))],
        changes: [increase(4950, 20)],
      },
      'a new epoch forgets it': {
        rules: UPLINK,
        readings: [reading(900, 90, { epoch: device(6) })],
        baselines: [baseline(1000, 100, { ...SAME, ...dipped(BEFORE, 800) })],
        changes: [reset('new device', 900, 90)],
      },
      'a small fall of a counter of 32 bits is not a wrap': {
        now: { fastest: 1.25e9 },
        rules: UPLINK,
        readings: [reading(2_999_990_000, 1000, { bits: 32, ...SAME })],
        baselines: [baseline(3_000_000_000, 1000, SAME)],
        changes: [increase(0, 0), less(10_000, 0)],
      },
      'nor where nothing proves the epoch': {
        now: { fastest: 1.25e9 },
        rules: UPLINK,
        readings: [reading(2_999_990_000, 1000, { bits: 32 })],
        baselines: [baseline(3_000_000_000, 1000)],
        changes: [increase(0, 0), less(10_000, 0)],
      },
      'without an ifindex, a counter of 32 bits may be of a new device: what a reset posts is less': {
        now: { fastest: 1.25e9 },
        rules: UPLINK,
        readings: [reading(1000, 5, { bits: 32, epoch: device(null) })],
        baselines: [baseline(3_000_000_000, 5, SAME)],
        changes: [reset('fell', 1000, 0), increase(0, 0)],
      },
      'one of several lines of a MAC that dipped is not a new counter': {
        rules: CLASSIC,
        readings: [reading(4999, 500), reading(75, 8)],
        baselines: [baseline(5000, 500), baseline(70, 7)],
        changes: [increase(5, 1), less(1, 0)],
      },
    });

    it('the baseline is the highest that was shown, until it is passed', () => {
      const now = { ...NOW, rules: UPLINK };
      let kept = [baseline(1000, 1000, SAME)];
      const posted = [990, 980, 995, 1007, 1010].map((value, i) => {
        const readings = [reading(value, 1000 + i, SAME)];
        const changes = compare(readings, kept, now);
        kept = nextBaselines(readings, kept, changes, now);
        return changes.reduce((sum, change) => sum + ('bytes' in change ? change.bytes.download : 0), 0);
      });
      expect(posted).to.deep.equal([0, 0, 0, 7, 3]);
      expect(kept).to.deep.equal([baseline(1010, 1004, SAME)]);
    });
  });

  describe('Rule: lowered counter', () => {
    examples({
      'went back to figures that were posted once: the baseline moves down, nothing is posted': {
        rules: NLBWMON,
        readings: [reading(40, 1003)],
        baselines: [baseline(100, 1000)],
        changes: [only('went back to older figures'), increase(0, 3)],
      },
      'the same in the other direction': {
        rules: NLBWMON,
        readings: [reading(103, 400)],
        baselines: [baseline(100, 1000)],
        changes: [increase(3, 0), only('went back to older figures')],
      },
      'in both directions': {
        rules: NLBWMON,
        readings: [reading(40, 400)],
        baselines: [baseline(100, 1000)],
        changes: [only('went back to older figures'), only('went back to older figures')],
      },
      'a new accounting period is an epoch: it began at zero': {
        rules: NLBWMON,
        readings: [reading(140, 400, { epoch: boot('nlbwmon', { instance: 20_261_201 }) })],
        baselines: [baseline(100, 1000, { epoch: boot('nlbwmon', { instance: 20_261_101 }) })],
        changes: [reset('new device', 140, 400)],
      },
    });
  });

  describe('Rule: absent counter', () => {
    examples({
      'an answer without the counter posts nothing': {
        readings: [],
        baselines: [baseline(100, 1000)],
        changes: [],
      },
      'one that ended has no baseline left and returns as a new counter': {
        readings: [reading(120, 1300)],
        baselines: [],
        changes: [began(120, 1300)],
      },
      'one whose baseline waited returns with the difference': {
        rules: CLASSIC,
        readings: [reading(120, 1300)],
        baselines: [baseline(100, 1000, { lastRead: 970_000 })],
        changes: [increase(20, 300, 970_000)],
      },
    });
  });

  describe('Rule: missed element', () => {
    examples({
      'one that a list has missed is posted once, since it was last read': {
        rules: HOST,
        readings: [reading(1600, 0, { epoch: boot('one', { instance: 7 }) })],
        baselines: [baseline(1000, 0, { epoch: boot('one', { instance: 7 }), lastRead: 970_000 })],
        changes: [increase(600, 0, 970_000)],
      },
      'one that expired meanwhile shows less: it began at zero': {
        rules: HOST,
        readings: [reading(40, 0, { epoch: boot('one', { instance: 7 }) })],
        baselines: [baseline(1000, 0, { epoch: boot('one', { instance: 7 }), lastRead: 970_000 })],
        changes: [reset('fell', 40, 0, 970_000), increase(0, 0, 970_000)],
      },
    });
  });

  describe('Rule: lines of one MAC', () => {
    examples({
      'values that stay constant post nothing, in whatever order they stand': {
        rules: CLASSIC,
        readings: [reading(70, 7), reading(5000, 500)],
        baselines: [baseline(5000, 500), baseline(70, 7)],
        changes: [increase(0, 0)],
      },
      'each line goes with the baseline that it did not fall below': {
        rules: CLASSIC,
        readings: [reading(75, 9), reading(5100, 510)],
        baselines: [baseline(5000, 500), baseline(70, 7)],
        changes: [increase(105, 12)],
      },
      'where two pairings leave no line over, the least of each direction counts': {
        rules: CLASSIC,
        readings: [reading(100, 100), reading(101, 101)],
        baselines: [baseline(90, 10), baseline(10, 90)],
        changes: [increase(101, 101)],
      },
      'lines with the same figures are one, which an answer has twice': {
        rules: CLASSIC,
        readings: [reading(5010, 501), reading(5010, 501)],
        baselines: [baseline(5000, 500)],
        changes: [increase(10, 1)],
      },
      'so is one that every answer has twice': {
        rules: CLASSIC,
        readings: [reading(5020, 502), reading(5020, 502)],
        baselines: [baseline(5010, 501), baseline(5010, 501)],
        changes: [increase(10, 1)],
      },
      'and one that is new': {
        rules: CLASSIC,
        readings: [reading(40, 4), reading(40, 4)],
        baselines: [],
        changes: [increase(40, 4)],
      },
      'a line left over is a new counter': {
        rules: CLASSIC,
        readings: [reading(5000, 500), reading(30, 3)],
        baselines: [baseline(5000, 500)],
        changes: [reset('line left over', 30, 3)],
      },
      'a line that goes posts nothing': {
        rules: CLASSIC,
        readings: [reading(5000, 500)],
        baselines: [baseline(5000, 500), baseline(30, 3)],
        changes: [increase(0, 0)],
      },
      'several lines of a MAC without a baseline are new counters': {
        rules: CLASSIC,
        readings: [reading(40, 4), reading(30, 3)],
        baselines: [],
        changes: [increase(70, 7)],
      },
      'they count since the earliest of the baselines': {
        rules: CLASSIC,
        readings: [reading(75, 9), reading(5100, 510)],
        baselines: [baseline(5000, 500, { lastRead: 400_000 }), baseline(70, 7, { lastRead: 700_000 })],
        changes: [increase(105, 12, 400_000)],
      },
      'the one baseline that another program left stands for any of them: baselines only': {
        rules: CLASSIC,
        readings: [reading(5100, 510), reading(9000, 900)],
        baselines: [baseline(5000, 500, { epoch: boot(IMPORTED) })],
        changes: [only('may only have come into sight')],
      },
      'such a baseline counts like any other if the MAC appears once': {
        rules: CLASSIC,
        readings: [reading(5100, 510)],
        baselines: [baseline(5000, 500, { epoch: boot(IMPORTED) })],
        changes: [increase(100, 10)],
      },
      'more than the line can carry is not posted': {
        rules: CLASSIC,
        readings: [reading(5000, 500), reading(MOST + 1, 3)],
        baselines: [baseline(5000, 500)],
        changes: [rejected(MOST + 1, 3, 25)],
      },
    });
  });

  describe('Rule: implausible', () => {
    examples({
      'as much as the line carries is posted': {
        readings: [reading(MOST, MOST)],
        baselines: [baseline(0, 0)],
        changes: [increase(MOST, MOST)],
      },
      'more in one direction: neither direction of the pair is posted': {
        readings: [reading(MOST + 1, 7)],
        baselines: [baseline(0, 0)],
        changes: [rejected(MOST + 1, 7, 25)],
      },
      'directions that stand apart are refused each by itself': {
        rules: UPLINK,
        readings: [reading(MOST + 1, 7)],
        baselines: [baseline(0, 0)],
        changes: [rejected(MOST + 1, 0, 25), increase(0, 7)],
      },
      'a reset that shows more is not posted': {
        readings: [reading(MOST + 1, 7)],
        baselines: [baseline(3 * MOST, 0)],
        changes: [rejected(MOST + 1, 7, 25)],
      },
      'a new epoch can have carried only what its age allows': {
        now: { uptime: 8 },
        readings: [reading(20_000_000, 7, { epoch: boot('two') })],
        baselines: [baseline(100, 5, { epoch: boot('one') })],
        changes: [rejected(20_000_000, 7, 18)],
      },
      'an epoch older than the last reading: what the time since then allows': {
        rules: UPLINK,
        readings: [reading(MOST + 1, 7, { epoch: device(12) })],
        baselines: [baseline(100, 5, { epoch: device(11) })],
        changes: [rejected(MOST + 1, 7, 25)],
      },
      'the longest of all clocks counts: one that was set back costs nothing': {
        now: { at: 986_000, elapsed: 3600 },
        readings: [reading(3_000_000_000, 7)],
        baselines: [baseline(0, 0)],
        changes: [increase(3_000_000_000, 7)],
      },
      'a baseline that has waited had that time': {
        rules: CLASSIC,
        readings: [reading(600_000_000, 7)],
        baselines: [baseline(0, 0, { lastRead: 400_000 })],
        changes: [increase(600_000_000, 7, 400_000)],
      },
      'and no more than that': {
        rules: CLASSIC,
        readings: [reading(610_000_001, 7)],
        baselines: [baseline(0, 0, { lastRead: 400_000 })],
        changes: [rejected(610_000_001, 7, 610)],
      },
    });
  });

  it('has an example of every kind of change and every reason', () => {
    const kinds: Record<Change['kind'], true> = {
      baseline: true,
      increase: true,
      wrap: true,
      began: true,
      reset: true,
      rejected: true,
      dip: true,
    };
    const resets: Record<ResetReason, true> = {
      fell: true,
      'stayed below': true,
      boot: true,
      'new device': true,
      'new association': true,
      'line left over': true,
    };
    const baselines: Record<BaselineReason, true> = {
      'first reading': true,
      'may only have come into sight': true,
      'older than the last reading': true,
      'went back to older figures': true,
    };
    expect([...shown].sort()).to.deep.equal(Object.keys({ ...kinds, ...resets, ...baselines }).sort());
  });
});
