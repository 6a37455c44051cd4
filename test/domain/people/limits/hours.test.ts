import { expect } from 'chai';
import { stretchAt } from '../../../../src/domain/people/limits/hours.ts';

/** Sunday to Thursday, 21:00 to 06:30. */
const BEDTIME = [{ days: [6, 0, 1, 2, 3], from: 42, to: 13 }];
const at = (text: string) => Date.parse(text);
const shown = (windows: Parameters<typeof stretchAt>[0], text: string, timezone = 'Europe/Berlin') => {
  const found = stretchAt(windows, at(text), timezone);
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString().slice(0, 16));
  return found === null ? null : [iso(found.since), iso(found.until)];
};

describe('the hours of limits', () => {
  it('are those of the wall clock, also past midnight and past Sunday', () => {
    // Sunday 2026-11-01, winter time.
    expect(shown(BEDTIME, '2026-11-01T19:59:59Z')).to.equal(null);
    expect(shown(BEDTIME, '2026-11-01T20:00:00Z')).to.deep.equal(['2026-11-01T20:00', '2026-11-02T05:30']);
    expect(shown(BEDTIME, '2026-11-02T05:29:59Z')).to.deep.equal(['2026-11-01T20:00', '2026-11-02T05:30']);
    expect(shown(BEDTIME, '2026-11-02T05:30:00Z')).to.equal(null);
    expect(shown(BEDTIME, '2026-11-06T20:00:00Z'), 'Friday').to.equal(null);
  });

  it('windows that touch are one stretch, and all week has no beginning and no end', () => {
    const touching = [
      { days: [0], from: 20, to: 30 },
      { days: [0], from: 30, to: 40 },
    ];
    expect(shown(touching, '2026-11-02T14:10:00Z', 'UTC')).to.deep.equal(['2026-11-02T10:00', '2026-11-02T20:00']);
    expect(shown([{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 48 }], '2026-11-02T14:10:00Z')).to.deep.equal([null, null]);
  });

  it('contain the instant in the nights in which clocks change', () => {
    const night = [{ days: [6], from: 4, to: 6 }];
    for (const day of ['2026-03-29', '2026-10-25']) {
      for (let minute = 0; minute < 240; minute += 10) {
        const now = at(`${day}T00:00:00Z`) + minute * 60_000;
        const found = stretchAt(night, now, 'Europe/Berlin');
        if (found === null) continue;
        expect(found.since, `${day} ${minute}`).to.be.at.most(now);
        expect(found.until, `${day} ${minute}`).to.be.above(now);
      }
    }
  });

  it('begin and end where the wall clock says so in these nights, too', () => {
    const gap = [{ days: [6], from: 3, to: 5 }];
    expect(shown(gap, '2026-03-29T00:40:00Z'), '02:00 to 03:00 is skipped').to.deep.equal(['2026-03-29T00:30', '2026-03-29T01:00']);
    const [around] = [[...gap, { days: [6], from: 6, to: 8 }]];
    expect(shown(around, '2026-03-29T00:40:00Z'), 'one stretch').to.deep.equal(['2026-03-29T00:30', '2026-03-29T02:00']);
    const zones = { 'Europe/Berlin': ['2026-03-29', '2026-10-25'], 'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'] };
    for (const [timezone, days] of Object.entries(zones)) {
      const format = new Intl.DateTimeFormat('en-GB', { timeZone: timezone, weekday: 'short', hour: '2-digit', minute: '2-digit' });
      const wall = (instant: number) => format.format(instant);
      for (const day of days)
        for (const [from, to] of [
          [2, 3],
          [3, 5],
          [4, 6],
          [5, 6],
          [47, 5],
        ] as const) {
          const windows = [{ days: [5, 6], from, to }];
          const holds = (instant: number) => {
            const [name = '', hour = '', minute = ''] = wall(instant).split(/[ :]/);
            const half = Number(hour) * 2 + Math.floor(Number(minute) / 30);
            const start = { Sat: 5, Sun: 6, Mon: 7 }[name];
            const at = (start ?? 0) * 48 + half;
            return [5, 6].some((day) => at >= day * 48 + from && at < day * 48 + (to > from ? to : to + 48));
          };
          const step = 900_000;
          for (let now = at(`${day}T00:00:00Z`) - 14 * 3_600_000; now < at(`${day}T06:00:00Z`); now += step) {
            const found = stretchAt(windows, now + 61_000, timezone);
            const title = `${timezone} ${from} ${to} ${new Date(now).toISOString()}`;
            expect(found !== null, title).to.equal(holds(now));
            if (found === null) continue;
            let [begin, end] = [now, now + step];
            while (holds(begin - step)) begin -= step;
            while (holds(end)) end += step;
            expect([found.since, found.until], title).to.deep.equal([begin, end]);
          }
        }
    }
  });
});
