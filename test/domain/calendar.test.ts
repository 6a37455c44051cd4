import { expect } from 'chai';
import fc from 'fast-check';
import {
  dayNumber,
  dayOf,
  dayText,
  endOfHour,
  hourOf,
  instantOf,
  instantText,
  localText,
  minuteText,
  monthOf,
  slices,
  startOfDay,
  utcOffset,
} from '../../src/domain/calendar.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const monthText = (year: number, month: number, day: number, billing: number) => {
  const { start, end } = monthOf(dayNumber(year, month, day), { day: billing });
  return `${dayText(start)} ${dayText(end)}`;
};

describe('monthOf (Rule: month)', () => {
  it('begins on the billing day and ends before the next', () => {
    expect(monthText(2026, 3, 15, 1)).to.equal('2026-03-01 2026-04-01');
    expect(monthText(2026, 3, 14, 15)).to.equal('2026-02-15 2026-03-15');
    expect(monthText(2026, 3, 15, 15)).to.equal('2026-03-15 2026-04-15');
    expect(monthText(2026, 1, 3, 20)).to.equal('2025-12-20 2026-01-20');
  });

  it('takes the last day of a month that lacks the billing day', () => {
    expect(monthText(2026, 2, 27, 31)).to.equal('2026-01-31 2026-02-28');
    expect(monthText(2026, 2, 28, 31)).to.equal('2026-02-28 2026-03-31');
    expect(monthText(2028, 2, 28, 30)).to.equal('2028-01-30 2028-02-29');
    expect(monthText(2028, 2, 29, 30)).to.equal('2028-02-29 2028-03-30');
    expect(monthText(2026, 4, 30, 31)).to.equal('2026-04-30 2026-05-31');
  });

  it('every day lies in exactly one month, and months follow each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18_000, max: 40_000 }), fc.integer({ min: 1, max: 31 }), (day, billing) => {
        const month = monthOf(day, { day: billing });
        expect(day).to.be.within(month.start, month.end - 1);
        expect(monthOf(month.end, { day: billing }).start).to.equal(month.end);
        expect(monthOf(month.end - 1, { day: billing })).to.deep.equal(month);
      }),
    );
  });
});

describe('the local hour', () => {
  it('is that of zones with half hours too', () => {
    expect(hourOf(Date.UTC(2026, 0, 1, 12, 10), 'Asia/Kolkata')).to.equal(Date.UTC(2026, 0, 1, 11, 30));
    expect(hourOf(Date.UTC(2026, 0, 1, 12, 10), 'Asia/Kathmandu')).to.equal(Date.UTC(2026, 0, 1, 11, 15));
  });

  it('is two hours where the clock goes back', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30);
    const second = Date.UTC(2026, 9, 25, 1, 30);
    expect([localText(first, 'Europe/Berlin'), localText(second, 'Europe/Berlin')]).to.deep.equal([
      '2026-10-25 02:30:00',
      '2026-10-25 02:30:00',
    ]);
    expect([hourOf(first, 'Europe/Berlin'), hourOf(second, 'Europe/Berlin')]).to.deep.equal([first - 30 * MINUTE, second - 30 * MINUTE]);
  });

  it('begins with the change of the clock where that lies within it', () => {
    const change = Date.UTC(2026, 3, 4, 15, 0); // Lord Howe goes from 02:00 back to 01:30
    expect(hourOf(change + 10 * MINUTE, 'Australia/Lord_Howe')).to.equal(change);
  });

  it('is the same for all moments in it, whatever was asked before', () => {
    const moments = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Havana');
    const whenOf = (at: number, zone: string) => [hourOf(at, zone), endOfHour(at, zone), dayOf(at, zone)];
    fc.assert(
      fc.property(zones, zones, moments, fc.nat(HOUR), (zone, other, at, ahead) => {
        const [start = 0, end = 0] = whenOf(at, zone);
        const next = Math.min(start + ahead, end - 1);
        expect(at).to.be.within(start, end - 1);
        const known = whenOf(next, zone);
        expect(known).to.deep.equal(whenOf(at, zone));
        whenOf(at, other);
        whenOf(start - HOUR, zone);
        expect(dayOf(next, zone)).to.equal(known[2]);
        expect(whenOf(next, zone)).to.deep.equal(known);
      }),
      { numRuns: 300 },
    );
  });
});

describe('slices (Rule: time)', () => {
  it('has 23 hours on the day that loses one and 25 on the day that gains one', () => {
    const hours = (year: number, month: number, day: number) => {
      const start = dayNumber(year, month, day);
      return slices(startOfDay(start, 'Europe/Berlin'), startOfDay(start + 1, 'Europe/Berlin'), 'Europe/Berlin').length;
    };
    expect([hours(2026, 3, 29), hours(2026, 10, 25), hours(2026, 6, 1)]).to.deep.equal([23, 25, 24]);
  });

  it('covers the time without gap or overlap, each in its own hour and day', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'Pacific/Apia',
      'America/Havana',
    );
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
        fc.integer({ min: 0, max: 50 * HOUR }),
        (zone, from, length) => {
          const found = slices(from, from + length, zone);
          expect(found.reduce((sum, slice) => sum + slice.length, 0)).to.equal(Math.max(1, length));
          let at = from;
          for (const slice of found) {
            expect(slice.hour).to.equal(hourOf(at, zone));
            expect(slice.day).to.equal(dayOf(at, zone));
            at += slice.length;
          }
          expect(new Set(found.map((slice) => slice.hour)).size).to.equal(found.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes whole days for the time for which hours are not kept', () => {
    const from = Date.UTC(2026, 0, 1);
    const found = slices(from, from + 10 * 24 * HOUR, 'UTC', from + 8 * 24 * HOUR);
    expect(found.map((slice) => slice.hour === null)).to.deep.equal([...Array(8).fill(true), ...Array(48).fill(false)]);
  });
});

describe('instantOf', () => {
  const at = (month: number, day: number, zone = 'Europe/Berlin') => instantText(instantOf(dayNumber(2026, month, day), 2 * 60 + 30, zone));

  it('is the first of two where the clock is set back', () => {
    expect(at(10, 25)).to.equal('2026-10-25T00:30:00Z');
  });

  // A limit until 02:30 that was set at 01:45 would otherwise end on the next day.
  it('is never before what the clock shows where it is set ahead', () => {
    expect(at(3, 29)).to.equal('2026-03-29T01:30:00Z');
    expect(at(3, 30)).to.equal('2026-03-30T00:30:00Z');
  });
});

describe('localText', () => {
  it('writes times as the older programs did', () => {
    expect(localText(Date.UTC(2026, 6, 1, 22, 5, 9, 999), 'Europe/Berlin')).to.equal('2026-07-02 00:05:09');
    expect(minuteText(Date.UTC(2026, 6, 1, 22, 5, 59, 999), 'Europe/Berlin')).to.equal('2026-07-02 00:05');
  });
});

describe('utcOffset', () => {
  it('is positive east of UTC and follows the clock changes', () => {
    const offsets = (zone: string) => [Date.UTC(2026, 0, 1), Date.UTC(2026, 6, 1)].map((instant) => utcOffset(instant, zone) / 3600);
    expect(offsets('Europe/Berlin')).to.deep.equal([1, 2]);
    expect(offsets('America/New_York')).to.deep.equal([-5, -4]);
    expect(offsets('Asia/Kolkata')).to.deep.equal([5.5, 5.5]);
  });
});

describe('instantText', () => {
  it('a time out of range becomes the nearest one in range', () => {
    expect([0, 1_795_000_000_000, 1e18, Number.MAX_SAFE_INTEGER, -1].map(instantText)).to.deep.equal([
      '1970-01-01T00:00:00Z',
      '2026-11-18T11:06:40Z',
      '9999-12-31T23:59:59Z',
      '9999-12-31T23:59:59Z',
      '1970-01-01T00:00:00Z',
    ]);
  });
});
