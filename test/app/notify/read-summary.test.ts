import { expect } from 'chai';
import { readSummary } from '../../../src/app/notify/read-summary.ts';
import { parseDate } from '../../../src/domain/calendar.ts';
import { createPeople } from '../../../src/domain/people/people.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import type { SummaryPeriod } from '../../../src/views/summary/period.ts';
import { openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { quota } from '../../support/ledger/quota-view.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const [TV, DIARY, OLD] = ['00:00:5e:00:53:03', '02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
const people = createPeople({
  users: [
    { ...plainUser('kids'), macs: [TV] },
    { ...plainUser('lodger'), macs: [DIARY], isPrivate: true },
    { ...plainUser('anna'), macs: [OLD] },
  ],
  devices: [{ name: 'old', macs: [OLD], isPrivate: true, user: 'anna' }],
  peers: [],
});
const day = (text: string): number => parseDate(text) ?? Number.NaN;
/** The second week of November, as the notice of weeks asks for it. */
const week: SummaryPeriod = {
  by: 'week',
  days: { start: day('2026-11-09'), end: day('2026-11-16') },
  before: { start: day('2026-11-02'), end: day('2026-11-09') },
};

describe('reading a summary', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [] }, timezone: 'UTC', people });
    for (let at = Date.UTC(2026, 10, 1), days = 0; at <= NOW; at += DAY, days += 1) {
      const bytes = (each: number) => ({ download: days * each, upload: 0 });
      const macs = [TV, DIARY, OLD].map((mac) => ({ mac, bytes: bytes(1000) }));
      await home.read(at, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: bytes(5000) }]), stations: stations(macs) } } });
    }
  });
  after(() => home.close());

  const read = (period: SummaryPeriod) =>
    readSummary({ ...home.view(NOW), store: home.ledger.store, units: 'iec', terms: home.terms }, period, null);

  it('of a week shows nothing of what is private, and no sum that has it', async () => {
    const { used, compared, users, devices } = await read(week);
    expect([used.total, compared?.change]).to.deep.equal([35_000, { now: 35_000, before: 35_000 }]);
    expect(users.map(({ name, used: own, change }) => [name, own.total, change?.before])).to.deep.equal([
      ['kids', 7000, 7000],
      ['others', 0, 0],
    ]);
    expect(devices.map(({ mac }) => mac)).to.deep.equal([TV]);
  });

  it('has no quota of a device that came later', async () => {
    const each = quota('each', { kind: 'each device', user: null }, 1e6, { per: 'week' });
    const later = await openHome({ routers: { gateway: [] }, timezone: 'UTC', terms: { quotas: [each] } });
    try {
      for (let at = Date.UTC(2026, 10, 1), days = 0; at <= NOW; at += DAY, days += 1) {
        const macs = [TV, ...(days < 17 ? [] : [OLD])].map((mac) => ({ mac, bytes: { download: days * 1000, upload: 0 } }));
        await later.read(at, { gateway: { sources: { stations: stations(macs) } } });
      }
      const { quotas } = await readSummary({ ...later.view(NOW), store: later.ledger.store, units: 'iec', terms: later.terms }, week, null);
      expect(quotas.map(({ id, used }) => [id, used])).to.deep.equal([[TV, 7000]]);
    } finally {
      await later.close();
    }
  });

  it('leaves the books as they are', async () => {
    const months = () => [...home.ledger.books.accounts.values()].map(({ id, month }) => [id, month]);
    const before = months();
    await read(week);
    expect(months()).to.deep.equal(before);
    expect(before).to.deep.include([1, { download: 95_000, upload: 0 }]);
  });
});
