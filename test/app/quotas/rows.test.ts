import { expect } from 'chai';
import { sharedQuotaRows } from '../../../src/app/quotas/rows.ts';
import { dayOf } from '../../../src/domain/calendar.ts';
import { quota, quotaView } from '../../support/ledger/quota-view.ts';
import { type Bench, classic, openBench, PHONE, START, station, TERMS } from '../../support/ledger/rounds.ts';

const HOUR_MS = 3_600_000;

describe('the rows of quotas that are shared', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, quotas: [quota('each', { kind: 'each device', user: null }, 1000)] });
    await bench.read(0, classic(station(PHONE, 0, 0)));
    await bench.read(60, classic(station(PHONE, 100, 0)));
  });
  afterEach(() => bench.close());

  it('are worked out once a round, for all that show them, and again when a day turns, or the configuration or a bonus changes', () => {
    const shared = sharedQuotaRows();
    const view = quotaView(bench.ledger, START + 60_000);
    const rows = shared.of(view);
    expect(rows.map(({ used }) => used)).to.deep.equal([100]);
    expect(shared.of({ ...view, now: view.now + 10_000 })).to.equal(rows);
    expect(shared.of({ ...view, now: view.now + 24 * HOUR_MS })).to.not.equal(rows);
    const now = shared.of(view);
    expect(shared.of({ ...view, months: { ...view.months } })).to.not.equal(now);
    bench.ledger.books.bonuses = [{ id: 1, quota: 'each', day: dayOf(view.now, view.timezone), bytes: 500, at: view.now, by: 'test' }];
    expect(shared.of(view).map(({ limit }) => limit)).to.deep.equal([1500]);
    bench.ledger.books.bonuses = bench.ledger.books.bonuses.map((bonus) => ({ ...bonus }));
    const last = shared.of(view);
    expect(shared.of(view)).to.equal(last);
    shared.renew();
    const renewed = shared.of(view);
    expect(renewed).to.not.equal(last);
    expect(renewed).to.deep.equal(last);
  });

  it('have the same forecast for five minutes, unless what it says is overtaken', async () => {
    const shared = sharedQuotaRows();
    const days = (bytes: number) => Array.from({ length: 7 }, () => bytes);
    const models = new Map([[`each\n${PHONE}`, { means: days(40), variances: days(0), uncertainty: 0 }]]);
    const forecastAt = async (seconds: number, bytes: number) => {
      await bench.read(seconds, classic(station(PHONE, bytes, 0)));
      shared.renew();
      return shared.of(quotaView(bench.ledger, START + seconds * 1000, [], models))[0]?.forecast;
    };
    const first = await forecastAt(120, 100);
    expect(first?.reachedAt).to.equal(null);
    expect(await forecastAt(135, 101)).to.equal(first);
    expect(await forecastAt(419, 150)).to.equal(first);
    const second = await forecastAt(420, 150);
    expect(second?.bytes).to.equal((first?.bytes ?? 0) + 50);
    expect((await forecastAt(435, 950))?.low, 'more than it foresaw').to.be.at.least(950);
    const reached = await forecastAt(450, 1000);
    expect(reached, 'the limit').to.deep.include({ reachedAt: null, bytes: 1858 });
  });
});
