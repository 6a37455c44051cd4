import { expect } from 'chai';
import fc from 'fast-check';
import { slices } from '../../../src/domain/calendar.ts';
import { halfHoursOf, tariffAt, tariffSlices, weekdayOf, weekOf } from '../../../src/domain/people/tariffs.ts';
import { spread } from '../../../src/domain/spread.ts';

const HALF = 1_800_000;
const HOUR = 2 * HALF;
const ALL = [0, 1, 2, 3, 4, 5, 6];
const BERLIN = 'Europe/Berlin';
/** Monday to Friday, from 22:30 to 06:00 of the next day. */
const NIGHT = weekOf([{ name: 'off_peak', counts: 0, windows: [{ days: [0, 1, 2, 3, 4], from: 45, to: 12 }] }], ({ name }) => name);
const local = (text: string) => Date.parse(text);
const short = (from: string, to: string, week = NIGHT) =>
  tariffSlices(local(from), local(to), BERLIN, Number.NEGATIVE_INFINITY, week).map(({ length, tariff }) => [length / HALF, tariff]);

describe('tariffs (Rule: tariffs)', () => {
  it('a window over midnight belongs to the day on which it starts, also from Sunday to Monday', () => {
    expect(weekdayOf(0)).to.equal(3);
    expect(halfHoursOf({ days: [6], from: 47, to: 1 })).to.deep.equal([335, 0]);
    expect(halfHoursOf({ days: [0], from: 0, to: 48 })).to.have.length(48);
    expect(tariffAt(local('2026-11-28T02:00+01:00'), BERLIN, NIGHT), 'Saturday, after Friday').to.equal('off_peak');
    expect(tariffAt(local('2026-11-29T02:00+01:00'), BERLIN, NIGHT), 'Sunday').to.equal(null);
    expect(tariffAt(local('2026-11-30T02:00+01:00'), BERLIN, NIGHT), 'Monday, after Sunday').to.equal(null);
  });

  it('cuts an hour at the edge within it, and only there', () => {
    expect(short('2026-11-26T22:00+01:00', '2026-11-26T23:30+01:00')).to.deep.equal([
      [1, null],
      [1, 'off_peak'],
      [1, 'off_peak'],
    ]);
    expect(short('2026-11-26T22:10+01:00', '2026-11-26T22:20+01:00')).to.deep.equal([[1 / 3, null]]);
    expect(short('2026-11-26T22:30+01:00', '2026-11-26T22:30+01:00')).to.deep.equal([[1 / HALF, 'off_peak']]);
  });

  it('has more or less of a night in which the clock is changed', () => {
    const whole = weekOf([{ name: 'night', counts: 0, windows: [{ days: ALL, from: 0, to: 14 }] }], ({ name }) => name);
    const hours = (day: string, end: string) =>
      short(day, end, whole).reduce((sum, [length, tariff]) => sum + (tariff === 'night' ? Number(length) / 2 : 0), 0);
    expect(hours('2026-03-29T00:00+01:00', '2026-03-29T12:00+02:00')).to.equal(6);
    expect(hours('2026-10-25T00:00+02:00', '2026-10-25T12:00+01:00')).to.equal(8);
    expect(hours('2026-10-26T00:00+01:00', '2026-10-26T12:00+01:00')).to.equal(7);
  });

  it('gives a day whose hours are no longer kept one part for each tariff', () => {
    const days = (from: string, to: string) =>
      tariffSlices(local(from), local(to), BERLIN, Number.POSITIVE_INFINITY, NIGHT).map(({ hour, length, tariff }) => [
        hour,
        length / HALF,
        tariff,
      ]);
    expect(days('2026-11-26T00:00+01:00', '2026-11-27T00:00+01:00')).to.deep.equal([
      [null, 15, 'off_peak'],
      [null, 33, null],
    ]);
    expect(days('2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00')).to.deep.equal([[null, 50, null]]);
  });

  it('the parts of a span add up to its slices, and each instant is of the tariff that its wall clock has', () => {
    const zones = ['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns', 'America/Santiago', 'UTC'];
    const span = fc.record({
      zone: fc.constantFrom(...zones),
      from: fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 3, 1) }),
      length: fc.integer({ min: 1, max: 100 * HOUR }),
      kept: fc.integer({ min: -10, max: 110 }),
      bytes: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(span, ({ zone, from, length, kept, bytes }) => {
        const hoursFrom = from + kept * HOUR;
        const parts = tariffSlices(from, from + length, zone, hoursFrom, NIGHT);
        const whole = slices(from, from + length, zone, hoursFrom);
        const keyOf = ({ hour, day }: { hour: number | null; day: number }) => `${hour} ${day}`;
        const lengths = new Map<string, number>();
        for (const part of parts) lengths.set(keyOf(part), (lengths.get(keyOf(part)) ?? 0) + part.length);
        expect([...lengths]).to.deep.equal(whole.map((slice) => [keyOf(slice), slice.length]));
        expect(spread(bytes, parts).reduce((sum, share) => sum + BigInt(share), 0n)).to.equal(BigInt(bytes));
        let off = 0;
        const step = 300_000;
        for (let at = from; at < from + length; at += step)
          if (tariffAt(at, zone, NIGHT) !== null) off += Math.min(step, from + length - at);
        const found = parts.reduce((sum, part) => sum + (part.tariff === null ? 0 : part.length), 0);
        expect(Math.abs(found - off)).to.be.at.most(24 * step);
      }),
      { numRuns: 15 },
    );
  });
});
