import { expect } from 'chai';
import { dayText, type Month, parseDate } from '../../../src/domain/calendar.ts';
import { comparedDays, monthNamed, summaryMonth } from '../../../src/views/summary/period.ts';

const day = (text: string): number => parseDate(text) ?? Number.NaN;
const text = ({ start, end }: Month): string => `${dayText(start)} ${dayText(end)}`;

describe('the period of a summary', () => {
  it('is the billing month that starts in a calendar month', () => {
    const named = (month: string, billingDay: number) => {
      const period = monthNamed(month, { day: billingDay });
      return period && [text(period.days), text(period.before)];
    };
    expect(named('2026-10', 1)).to.deep.equal(['2026-10-01 2026-11-01', '2026-09-01 2026-10-01']);
    expect(named('2026-12', 15)).to.deep.equal(['2026-12-15 2027-01-15', '2026-11-15 2026-12-15']);
    expect(named('2026-02', 31)).to.deep.equal(['2026-02-28 2026-03-31', '2026-01-31 2026-02-28']);
    expect(named('2028-02', 30)?.[0]).to.equal('2028-02-29 2028-03-30');
    for (const bad of ['2026-13', '2026-00', '2026', '26-10', '2026-10-01', 'october', '', '1969-12']) {
      expect(named(bad, 1), bad).to.equal(null);
    }
  });

  it('that is over is compared as a whole, one that runs by its whole days', () => {
    const compared = (today: string, billingDay = 1) => {
      const found = comparedDays(summaryMonth(day('2026-03-31'), { day: billingDay }), day(today));
      return found && [text(found.days), text(found.before)];
    };
    expect(compared('2026-04-01')).to.deep.equal(['2026-03-01 2026-04-01', '2026-02-01 2026-03-01']);
    expect(compared('2026-03-20')).to.deep.equal(['2026-03-01 2026-03-20', '2026-02-01 2026-02-20']);
    expect(compared('2026-03-02')).to.deep.equal(['2026-03-01 2026-03-02', '2026-02-01 2026-02-02']);
    expect(compared('2026-03-01')).to.equal(null);
    // February has no more.
    expect(compared('2026-03-31')).to.deep.equal(['2026-03-01 2026-03-29', '2026-02-01 2026-03-01']);
  });
});
