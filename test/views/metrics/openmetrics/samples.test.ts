import { expect } from 'chai';
import fc from 'fast-check';
import { dayNumber, dayOf, endOfHour, hourOf, startOfDay } from '../../../../src/domain/calendar.ts';
import { hoursUntil } from '../../../../src/views/metrics/openmetrics/hours.ts';
import { type CounterSample, counterSamples, type KeptCounter } from '../../../../src/views/metrics/openmetrics/samples.ts';

const BERLIN = 'Europe/Berlin';
const HOUR = 3_600_000;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const at = (text: string) => Date.parse(text);
const day = (text: string) => dayOf(at(`${text}T12:00:00Z`), 'UTC');

function samples(kept: Partial<KeptCounter>, { now = at('2027-01-01T00:00:00Z'), before = 0, zone = BERLIN, span = ALWAYS } = {}) {
  return [...counterSamples({ days: [], hours: [], ...kept }, before, span, hoursUntil(now, zone))];
}

const texts = (found: readonly CounterSample[]) => found.map(({ time, value }) => `${new Date(time).toISOString().slice(5, 16)} ${value}`);

/** The value at a time. */
const valueAt = (found: readonly CounterSample[], time: number, before = 0) => found.findLast((each) => each.time <= time)?.value ?? before;

describe('the samples of a counter', () => {
  it('are at the edges of the hours that are kept, and there are none while nothing moved', () => {
    const found = samples({
      days: [{ time: day('2026-11-10'), bytes: 60 }],
      hours: [
        { time: at('2026-11-10T08:00:00Z'), bytes: 10 },
        { time: at('2026-11-10T09:00:00Z'), bytes: 20 },
        { time: at('2026-11-10T20:00:00Z'), bytes: 30 },
      ],
    });
    expect(texts(found)).to.deep.equal(['11-10T08:00 0', '11-10T09:00 10', '11-10T10:00 30', '11-10T20:00 30', '11-10T21:00 60']);
  });

  it('of a day without hours are spread evenly over its hours, also over 23 and 25 of them', () => {
    for (const [date, hours] of [
      ['2026-03-29', 23],
      ['2026-05-01', 24],
      ['2026-10-25', 25],
    ] as const) {
      const found = samples({ days: [{ time: day(date), bytes: 1000 * hours + 7 }] }, { before: 5 });
      expect(found, date).to.have.length(hours + 1);
      expect([found[0]?.value, found.at(-1)?.value]).to.deep.equal([5, 1000 * hours + 12]);
      expect(found.map(({ time }) => time - startOfDay(day(date), BERLIN))).to.deep.equal(found.map((_, i) => i * HOUR));
      for (const [i, { value }] of found.slice(1).entries()) expect(value - (found[i]?.value ?? 0)).to.be.within(1000, 1001);
    }
  });

  it('of a day whose first hours are no longer kept: the rest lies before those that are', () => {
    const found = samples({
      days: [{ time: day('2026-11-10'), bytes: 103 }],
      hours: [
        { time: at('2026-11-10T02:00:00Z'), bytes: 1 },
        { time: at('2026-11-10T05:00:00Z'), bytes: 2 },
      ],
    });
    // Three hours from midnight in Berlin, and the one that is kept.
    expect(texts(found)).to.deep.equal([
      ...['11-09T23:00 0', '11-10T00:00 34', '11-10T01:00 67', '11-10T02:00 100', '11-10T03:00 101'],
      ...['11-10T05:00 101', '11-10T06:00 103'],
    ]);
  });

  it('of bytes that no hour has, on a day with hours after others: over the hours without bytes', () => {
    const hours = [0, 24, 25].map((hour) => ({ time: at('2026-11-09T00:00:00Z') + hour * HOUR, bytes: 5 }));
    const found = samples(
      {
        days: [
          { time: day('2026-11-09'), bytes: 5 },
          { time: day('2026-11-10'), bytes: 5 + 5 + 2200 },
        ],
        hours: [...hours],
      },
      { zone: 'UTC' },
    );
    expect(found.slice(2).map(({ value }) => value)).to.deep.equal([5, 10, 15, ...Array.from({ length: 22 }, (_, i) => 115 + 100 * i)]);
  });

  it('the last one is of now, and none is of the future', () => {
    const now = at('2026-11-10T10:30:00Z');
    const days = [
      { time: day('2026-11-10'), bytes: 230 },
      { time: day('2026-11-11'), bytes: 7 },
    ];
    const found = samples({ days }, { now });
    expect(texts(found.slice(-2))).to.deep.equal(['11-10T10:00 220', '11-10T10:30 230']);
    const hours = [{ time: at('2026-11-10T10:00:00Z'), bytes: 230 }];
    expect(texts(samples({ days, hours }, { now }))).to.deep.equal(['11-10T10:00 0', '11-10T10:30 230']);
  });

  it('from one time to another: with all that was before', () => {
    const days = [1, 2, 3].map((n) => ({ time: day(`2026-11-0${n}`), bytes: 2400 }));
    const span = { from: startOfDay(day('2026-11-02'), BERLIN), to: startOfDay(day('2026-11-03'), BERLIN) };
    const found = samples({ days }, { before: 1, span });
    expect(found).to.deep.equal(samples({ days }, { before: 1 }).slice(24, 49));
    expect([found[0], found.at(-1)]).to.deep.equal([
      { time: span.from, value: 2401 },
      { time: span.to, value: 4801 },
    ]);
  });

  it("each day has the ledger's bytes, whatever is kept of its hours, and no value falls (property)", () => {
    const zones = fc.constantFrom(BERLIN, 'UTC', 'America/St_Johns', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu');
    const first = fc.constantFrom('2026-03-26', '2026-10-22', '2026-04-02', '2026-10-01', '2026-04-21').map(day);
    const bytes = fc.oneof(fc.nat(100), fc.nat(1_000_000_000), fc.constant(2 ** 50 + 1));
    const days = fc.uniqueArray(fc.record({ after: fc.nat(9), bytes }), { selector: ({ after }) => after, maxLength: 10 });
    const kept = fc.uniqueArray(fc.record({ after: fc.nat(240), bytes: fc.oneof(fc.nat(50), bytes) }), { selector: ({ after }) => after });
    fc.assert(
      fc.property(zones, first, days, kept, fc.nat(250), (zone, start, someDays, someHours, elapsed) => {
        const begin = startOfDay(start, zone);
        const now = begin + elapsed * HOUR + 1000 * elapsed;
        const rows = {
          days: someDays.map((each) => ({ time: start + each.after, bytes: each.bytes })).sort((a, b) => a.time - b.time),
          hours: [...new Map(someHours.map((each) => [hourOf(begin + each.after * HOUR, zone), each.bytes]))]
            .map(([time, n]) => ({ time, bytes: n }))
            .sort((a, b) => a.time - b.time),
        };
        const found = samples(rows, { now, before: 3, zone });
        for (const [i, { time, value }] of found.entries()) {
          const previous = found[i - 1];
          if (previous !== undefined) expect(time).to.be.above(previous.time);
          expect(value).to.be.at.least(previous?.value ?? 3);
          expect(time === now || hourOf(time, zone) === time, String(time)).to.equal(true);
          expect(time).to.be.at.most(now);
        }
        for (const { time, bytes: own } of rows.days) {
          const [from, to] = [startOfDay(time, zone), startOfDay(time + 1, zone)];
          const grown = valueAt(found, Math.min(to, now), 3) - valueAt(found, from, 3);
          expect(grown).to.equal(from < now ? own : 0);
          const hours = rows.hours.filter((hour) => hour.time >= from && hour.time < Math.min(to, now));
          if (hours.reduce((sum, hour) => sum + hour.bytes, 0) !== own) continue;
          for (const hour of hours) {
            const end = Math.min(now, endOfHour(hour.time, zone));
            expect(valueAt(found, end, 3) - valueAt(found, hour.time, 3)).to.equal(hour.bytes);
          }
        }
      }),
    );
  });
});

describe('the hours of a day', () => {
  it('are found once for all series', () => {
    const hoursOf = hoursUntil(at('2027-01-01T00:00:00Z'), BERLIN);
    const today = dayNumber(2026, 11, 10);
    expect(hoursOf(today)).to.equal(hoursOf(today)).and.have.length(24);
  });
});
