import { expect } from 'chai';
import { createModels } from '../../../src/app/quotas/models.ts';
import { LedgerError } from '../../../src/errors.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';
import { quotaRows } from '../../../src/views/rows/quotas.ts';
import { quota, quotaView } from '../../support/ledger/quota-view.ts';
import { type Bench, classic, LAPTOP, openBench, PHONE, START, station, TERMS, wan } from '../../support/ledger/rounds.ts';

const DAY = 86_400;

describe('the models of quotas', () => {
  let bench: Bench;
  let reads: number;
  let failing: boolean;
  let store: Pick<Store, 'all'>;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, quotas: [quota('line', { kind: 'home' }, 1e6)] });
    for (let day = 0; day <= 10; day += 1) await bench.read(day * DAY, wan({ download: day * 100, upload: 0 }));
    await bench.ledger.turnMonths(START + 10 * DAY * 1000);
    [reads, failing] = [0, false];
    store = {
      async all(sql, ...values) {
        reads += 1;
        if (failing) throw new LedgerError('it cannot be read');
        return bench.store.all(sql, ...values);
      },
    };
  });
  afterEach(() => bench.close());

  const view = (day: number) => quotaView(bench.ledger, START + day * DAY * 1000);

  it('are read once for all who ask at the same time, and again on the next day and after a change', async () => {
    const models = createModels(store);
    const [first, second] = await Promise.all([models.of(view(10)), models.of(view(10))]);
    expect([reads, first.size]).to.deep.equal([1, 1]);
    expect(second).to.equal(first);
    await models.of(view(11));
    expect(reads).to.equal(2);
    models.renew();
    await models.of(view(11));
    expect(reads).to.equal(3);
  });

  it('are not kept from before a change that came while they were read', async () => {
    const models = createModels(store);
    const before = models.of(view(10));
    models.renew();
    const after = await models.of(view(10));
    expect(after).to.not.equal(await before);
    expect(await models.of(view(10))).to.equal(after);
  });

  it('are there for a device that is first seen in the period later on its first day, as for one that was seen before', async () => {
    const each = quota('each', { kind: 'each device', user: null }, 1e6, { per: 'week' });
    const other = await openBench({ ...TERMS, quotas: [each] });
    try {
      for (let day = 0; day <= 12; day += 1)
        await other.read(day * DAY, classic(station(PHONE, day * 100, 0), station(LAPTOP, day * 100, 0)));
      // Monday, at one in the night: one of them sleeps.
      const [night, morning] = [12.5 * DAY + 3600, 13 * DAY];
      await other.read(12.4 * DAY, classic(station(PHONE, 1240, 0), station(LAPTOP, 1240, 0)));
      await other.read(night, classic(station(PHONE, 1300, 0)));
      await other.ledger.turnMonths(START + night * 1000);
      const models = createModels(other.store);
      await models.of(quotaView(other.ledger, START + night * 1000));
      await other.read(morning, classic(station(PHONE, 1400, 0), station(LAPTOP, 1240, 0)));
      const view = quotaView(other.ledger, START + morning * 1000);
      const forecasts = async (known: typeof models) =>
        quotaRows({ ...view, models: await known.of(view) }).map(({ id, forecast }) => [id, forecast?.bytes ?? null]);
      expect(await forecasts(models)).to.deep.equal(await forecasts(createModels(other.store)));
    } finally {
      await other.close();
    }
  });

  it('that cannot be read are asked for again', async () => {
    const models = createModels(store);
    failing = true;
    expect(await models.of(view(10)).catch(({ message }) => message)).to.equal('it cannot be read');
    failing = false;
    expect((await models.of(view(10))).size).to.equal(1);
  });
});
