import { expect } from 'chai';
import { createPeople } from '../../../src/domain/people/people.ts';
import type { Tariff } from '../../../src/domain/people/tariffs.ts';
import { plainUser, type User } from '../../../src/domain/people/user.ts';
import { usageReader } from '../../../src/ledger/storage/read-usage.ts';
import { usageAnswer } from '../../../src/views/api-v1/usage.ts';
import { tariffRows } from '../../../src/views/rows/tariffs.ts';
import { quota, quotaView } from '../../support/ledger/quota-view.ts';
import { type Bench, classic, LAPTOP, ok, openBench, PHONE, START, station, statistics, TERMS, wan } from '../../support/ledger/rounds.ts';

const NIGHT: Tariff = { name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 45, to: 13 }], counts: 0 };
const HOUR = 3600;

describe('the month by tariff (Rule: tariffs)', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const read = (seconds: number, phone: number, laptop: number) =>
    bench.read(seconds, classic(station(PHONE, phone, 0), station(LAPTOP, laptop, 0)), wan({ download: phone + laptop, upload: 1 }));
  const now = START + 40 * HOUR * 1000;
  const view = () => ({ ...quotaView(bench.ledger, now), routers: [] });

  async function twoDays() {
    await read(0, 0, 0);
    for (let hour = 1; hour <= 40; hour += 1) await read(hour * HOUR, hour * 1001, hour * 7);
  }

  it('adds up to the month, for the home, its uplinks and each device', async () => {
    bench = await openBench({ ...TERMS, tariffs: [NIGHT] });
    await twoDays();
    await bench.restart();
    // 22:30 to 06:30, twice but for the second morning, which ends at 05:00.
    const rows = tariffRows(view()).map(({ of, name, tariff, bytes }) => [of, name, tariff, bytes.download]);
    expect(rows).to.deep.equal([
      ['home', '', 'on_peak', 25.5 * 1008],
      ['home', '', 'off_peak', 14.5 * 1008],
      ['uplink', 'gateway/wan', 'on_peak', 25.5 * 1008],
      ['uplink', 'gateway/wan', 'off_peak', 14.5 * 1008],
      ['device', PHONE, 'on_peak', rows[4]?.[3]],
      ['device', PHONE, 'off_peak', rows[5]?.[3]],
      ['device', LAPTOP, 'on_peak', rows[6]?.[3]],
      ['device', LAPTOP, 'off_peak', rows[7]?.[3]],
    ]);
    expect(Number(rows[4]?.[3]) + Number(rows[5]?.[3])).to.equal(40 * 1001);
  });

  it('adds up to the month of all devices, for each user and for what belongs to nobody', async () => {
    const anna: User = { ...plainUser('anna'), title: 'Grandma', macs: [PHONE] };
    bench = await openBench({ ...TERMS, tariffs: [NIGHT] });
    await twoDays();
    const people = createPeople({ users: [anna], devices: [], peers: [] });
    const rows = tariffRows({ ...view(), people }).filter(({ of }) => of === 'user');
    expect([...new Set(rows.map(({ id, name, title }) => `${id} ${name} ${title}`))]).to.deep.equal([
      'anna anna Grandma',
      'others others others',
    ]);
    expect(rows.reduce((sum, { bytes }) => sum + bytes.download, 0)).to.equal(40 * 1008);
  });

  it('is not shown without tariffs, whatever quotas of a month there are', async () => {
    bench = await openBench({ ...TERMS, quotas: [quota('line', { kind: 'home' }, 1000)] });
    await twoDays();
    expect(tariffRows(view())).to.deep.equal([]);
  });

  it('has no bytes without a direction, which are neither download nor upload', async () => {
    bench = await openBench({ ...TERMS, tariffs: [NIGHT] });
    for (let hour = 0; hour <= 40; hour += 1) {
      const at = START + hour * HOUR * 1000;
      const results = [ok(statistics({ [PHONE]: hour * 100 }), at)];
      await bench.readAll(hour * HOUR, [{ router: 'den', system: null, results }]);
    }
    expect(tariffRows(view()).filter(({ bytes }) => bytes.download > 0 || bytes.upload > 0)).to.deep.equal([]);
  });

  for (const by of ['hour', 'day', 'month', 'year']) {
    it(`is also in the usage by ${by}, where on- and off-peak add up to all`, async () => {
      bench = await openBench({ ...TERMS, tariffs: [NIGHT] });
      await twoDays();
      const ask = async (query: Record<string, string>) => {
        const { series } = await usageAnswer(
          view(),
          TERMS,
          { by, from: '2026-03-10', to: '2026-03-12', ...query },
          usageReader(bench.store),
        );
        return new Map(
          series.flatMap(({ kind, mac, buckets }) => buckets.map((each) => [`${kind} ${mac} ${each.start}`, each.download_bytes] as const)),
        );
      };
      const [all, on, off] = [await ask({}), await ask({ tariff: 'on_peak' }), await ask({ tariff: 'off_peak' })];
      expect(off.size).to.be.within(1, all.size);
      for (const [key, bytes] of all) expect((on.get(key) ?? 0) + (off.get(key) ?? 0), key).to.equal(bytes);
      expect([...on.keys(), ...off.keys()].every((key) => all.has(key))).to.equal(true);
      expect(await ask({ tariff: 'weekend' }).catch(({ message }) => message)).to.equal('"tariff" is "weekend": use on_peak, off_peak');
    });
  }

  it('is empty without tariffs', async () => {
    bench = await openBench();
    await twoDays();
    expect(tariffRows(view())).to.deep.equal([]);
  });
});
