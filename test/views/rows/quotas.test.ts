import { expect } from 'chai';
import fc from 'fast-check';
import { readModels } from '../../../src/app/quotas/models.ts';
import { dayNumber, dayOf, dayText, monthOf, startOfDay } from '../../../src/domain/calendar.ts';
import { createPeople } from '../../../src/domain/people/people.ts';
import type { Quota } from '../../../src/domain/people/quota.ts';
import { type Tariff, tariffAt, weekdayOf, weekOf } from '../../../src/domain/people/tariffs.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import type { LedgerTerms } from '../../../src/ledger/ledger.ts';
import { addBonus } from '../../../src/ledger/storage/people/bonuses.ts';
import { quotaRows } from '../../../src/views/rows/quotas.ts';
import { quota, quotaView } from '../../support/ledger/quota-view.ts';
import { type Bench, classic, LAPTOP, ok, openBench, PHONE, START, station, statistics, TERMS, wan } from '../../support/ledger/rounds.ts';

const HOUR = 3600;
const [THIRD, FOURTH] = ['02:00:00:00:00:03', '02:00:00:00:00:04'] as const;
const ANNA = { name: 'anna-phone', mac: PHONE, user: 'anna' };
const OFF_PEAK: Tariff = { name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 14 }], counts: 0.5 };
const terms = (...quotas: Quota[]): LedgerTerms => ({ ...TERMS, quotas });
const HOME = { kind: 'home' } as const;

describe('rows of quotas', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const at = (seconds: number) => START + seconds * 1000;
  const read = (seconds: number, phone: number, laptop: number, line = phone + laptop) =>
    bench.read(seconds, classic(station(PHONE, phone, 0), station(LAPTOP, laptop, 0)), wan({ download: line, upload: 0 }));
  async function rows(seconds: number) {
    await bench.ledger.turnMonths(at(seconds));
    return quotaRows(quotaView(bench.ledger, at(seconds), [[PHONE, ANNA]]));
  }
  const short = async (seconds: number) => (await rows(seconds)).map((row) => [row.quota.name, row.name, row.used, row.left, row.step]);

  it('have one for each that the quota is of', async () => {
    bench = await openBench(
      terms(
        quota('line', HOME, 1000, {
          steps: [
            { share: 0.5, actions: [] },
            { share: 1, actions: [] },
          ],
        }),
        quota('up', { kind: 'uplink', router: 'gateway', interface: 'wan' }, 1000, { direction: 'upload' }),
        quota('anna', { kind: 'user', name: 'anna' }, 1000),
        quota('users', { kind: 'each user' }, 1000),
        quota('rest', { kind: 'others' }, 1000),
        quota('each', { kind: 'each device', user: null }, 1000),
        quota('annas', { kind: 'each device', user: 'anna' }, 1000),
        quota('laptop', { kind: 'device', name: LAPTOP }, 1000),
      ),
    );
    await read(0, 0, 0);
    await read(60, 100, 400);
    expect(await short(60)).to.deep.equal([
      ['line', '', 500, 500, 0.5],
      ['up', 'gateway/wan', 0, 1000, 0],
      ['anna', 'anna', 100, 900, 0],
      ['users', 'anna', 100, 900, 0],
      ['rest', '', 400, 600, 0],
      ['each', 'anna-phone', 100, 900, 0],
      ['each', LAPTOP, 400, 600, 0],
      ['annas', 'anna-phone', 100, 900, 0],
      ['laptop', LAPTOP, 400, 600, 0],
    ]);
  });

  it('count bytes without a direction in quotas of both directions, once', async () => {
    bench = await openBench(
      terms(
        quota('each', { kind: 'each device', user: null }, 1000),
        quota('down', { kind: 'each device', user: null }, 1000, { direction: 'download' }),
        quota('anna', { kind: 'user', name: 'anna' }, 1000),
      ),
    );
    const readBoth = (seconds: number, phone: number, laptop: number) =>
      bench.readAll(seconds, [
        { router: 'attic', system: null, results: [ok(classic(station(PHONE, phone, 0)), at(seconds))] },
        { router: 'den', system: null, results: [ok(statistics({ [PHONE]: phone, [LAPTOP]: laptop }), at(seconds), 'den')] },
      ]);
    await readBoth(0, 0, 0);
    await readBoth(60, 300, 700);
    expect((await short(60)).map(([name, of, used]) => [name, of, used])).to.deep.equal([
      ['each', 'anna-phone', 300],
      ['each', LAPTOP, 700],
      ['down', 'anna-phone', 300],
      ['down', LAPTOP, 0],
      ['anna', 'anna', 300],
    ]);
  });

  it('count no hours of a private device, before a restart as after it', async () => {
    const devices = [{ name: 'diary', macs: [PHONE], isPrivate: true }];
    const pers = ['hour', '24h', 'day'] as const;
    bench = await openBench({
      ...terms(...pers.map((per) => quota(per, { kind: 'device', name: PHONE }, 1000, { per }))),
      people: createPeople({ users: [], devices, peers: [] }),
      tariffs: [OFF_PEAK],
    });
    await read(0, 0, 0);
    await read(60, 300, 0);
    const used = async () => (await rows(60)).map((row) => [row.quota.name, row.used]);
    const counted = [
      ['hour', 0],
      ['24h', 0],
      ['day', 300],
    ];
    expect(await used()).to.deep.equal(counted);
    await bench.restart();
    expect(await used()).to.deep.equal(counted);
  });

  it('have private devices in sums of a week or longer alone', async () => {
    const pers = ['hour', '24h', 'day', 'week', 'month', '30d'] as const;
    const people = createPeople({
      users: [],
      devices: [
        { name: 'diary', macs: [PHONE], isPrivate: true },
        { name: 'annas-diary', macs: [THIRD], isPrivate: true, user: 'anna' },
        { name: 'annas-tv', macs: [FOURTH], user: 'anna' },
      ],
      peers: [],
    });
    const of = [{ kind: 'others' }, { kind: 'user', name: 'anna' }, { kind: 'each user' }] as const;
    bench = await openBench({
      ...terms(...of.flatMap((each) => pers.map((per) => quota(`${each.kind} ${per}`.replace(' ', '-'), each, 9000, { per })))),
      people,
    });
    for (const part of [0, 1]) {
      const bytes = [300, 40, 5000, 600].map((each) => each * part);
      const stations = [PHONE, LAPTOP, THIRD, FOURTH].map((mac, i) => station(mac, bytes[i] ?? 0, 0));
      await bench.read(60 * part, classic(...stations));
    }
    const used = async () => {
      const view = { ...quotaView(bench.ledger, at(60)), people };
      const found = quotaRows(view).map((row) => row.used);
      return of.map((_, i) => found.slice(i * pers.length, (i + 1) * pers.length));
    };
    const counted = [
      [40, 40, 40, 340, 340, 340],
      [600, 600, 600, 5600, 5600, 5600],
      [600, 600, 600, 5600, 5600, 5600],
    ];
    expect(await used()).to.deep.equal(counted);
    await bench.restart();
    await bench.ledger.turnMonths(at(60));
    expect(await used()).to.deep.equal(counted);
  });

  it('have private devices in none of one tariff, which would tell when, but in those of all', async () => {
    const people = createPeople({ users: [], devices: [{ name: 'diary', macs: [PHONE], isPrivate: true }], peers: [] });
    const of = [{ kind: 'others' }, { kind: 'each device', user: null }, HOME] as const;
    const tariffs = ['off_peak', 'on_peak', null] as const;
    bench = await openBench({
      ...terms(...of.flatMap((each, i) => tariffs.map((tariff) => quota(`q${i}-${tariff}`, each, 9000, { tariff })))),
      tariffs: [{ ...OFF_PEAK, counts: 1 }],
      people,
    });
    await read(0, 0, 0);
    await read(60, 300, 40);
    const used = (name: string) =>
      quotaRows({ ...quotaView(bench.ledger, at(60)), people }).flatMap((row) => (row.quota.name === name ? [[row.id, row.used]] : []));
    const sum = (i: number) => [used(`q${i}-off_peak`), used(`q${i}-on_peak`)].flat().reduce((all, [, bytes]) => all + Number(bytes), 0);
    expect([sum(0), used('q0-null')]).to.deep.equal([40, [['', 340]]]);
    expect([sum(1), used('q1-off_peak').map(([id]) => id), used('q1-null')]).to.deep.equal([
      40,
      [LAPTOP],
      [
        [PHONE, 300],
        [LAPTOP, 40],
      ],
    ]);
    expect([sum(2), used('q2-null')]).to.deep.equal([340, [['', 340]]]);
  });

  it('forecast without private devices what would tell when they were used', async () => {
    const people = createPeople({ users: [], devices: [{ name: 'diary', macs: [PHONE], isPrivate: true }], peers: [] });
    const nights = { tariff: 'off_peak' } as const;
    bench = await openBench({
      ...terms(quota('rest', { kind: 'others' }, 9000, nights), quota('each', { kind: 'each device', user: null }, 9000, nights)),
      tariffs: [OFF_PEAK],
      people,
    });
    // At 02:00 of each night.
    const night = (day: number) => (13 + 24 * day) * HOUR;
    for (let day = 0; day <= 10; day += 1)
      for (const part of [0, 1]) await read(night(day) + 60 * part, 1_000_000 * (day + part), 10 * (day + part));
    await bench.ledger.turnMonths(at(night(10) + 60));
    const view = { ...quotaView(bench.ledger, at(night(10) + 60)), people };
    const models = await readModels(bench.store, view);
    const forecasts = quotaRows({ ...view, models }).map((row) => [row.quota.name, row.id, row.used, row.forecast?.bytes ?? null]);
    expect(forecasts.map(([name, id, used]) => [name, id, used])).to.deep.equal([
      ['rest', '', 110],
      ['each', LAPTOP, 110],
    ]);
    for (const [, , , bytes] of forecasts) expect(bytes).to.be.within(200, 320);
    expect([...models.keys()].filter((key) => key.includes(PHONE))).to.deep.equal([]);
  });

  it('call no two things the same, whatever they call themselves', async () => {
    bench = await openBench(terms(quota('each', { kind: 'each device', user: null }, 1000)));
    for (const seconds of [0, 60])
      await bench.read(seconds, classic(station(PHONE, seconds, 0), station(LAPTOP, seconds, 0), station(THIRD, seconds, 0)));
    const called = (mac: string, name: string) => [mac, { name, mac, user: null }] as const;
    const view = quotaView(bench.ledger, at(60), [called(PHONE, 'tv'), called(LAPTOP, 'tv'), called(THIRD, `tv (${PHONE})`)]);
    const names = quotaRows(view).map(({ name }) => name);
    expect(new Set(names).size, names.join()).to.equal(3);
  });

  it('say what is counted: by the tariffs of now, and by those that have bytes in the period', async () => {
    const night = quota('night', HOME, 1000, { tariff: 'off_peak', direction: 'download' });
    bench = await openBench({
      ...terms(quota('line', HOME, 1000), night, quota('hour', HOME, 1000, { per: 'hour' })),
      tariffs: [OFF_PEAK],
    });
    const counted = async (seconds: number) => (await rows(seconds)).map((row) => [row.quota.name, row.counted.join(', ')]);
    const ofNight = ['night', 'download only, off_peak only'];
    await read(0, 0, 0);
    expect(await counted(0)).to.deep.equal([['line', 'off_peak counts 0.5'], ofNight, ['hour', 'off_peak counts 0.5']]);
    // From 13:00 to 01:00 of the next day.
    await read(12 * HOUR, 1200, 0);
    const changed = { ...terms(quota('line', HOME, 1000), night, quota('hour', HOME, 1000, { per: 'hour' })) };
    await bench.ledger.setTerms({ ...changed, tariffs: [{ ...OFF_PEAK, counts: 1 }] }, at(14 * HOUR));
    expect(await counted(14 * HOUR)).to.deep.equal([['line', 'off_peak counts 0.5 or 1'], ofNight, ['hour', '']]);
    await bench.ledger.setTerms(changed, at(14 * HOUR));
    expect(await counted(14 * HOUR)).to.deep.equal([['line', 'off_peak counts 0.5'], ofNight, ['hour', '']]);
  });

  it('know a user by its key, and by what pages call it', async () => {
    bench = await openBench(terms(quota('each', { kind: 'each user' }, 1000)));
    for (const seconds of [0, 60]) await read(seconds, seconds, seconds);
    const people = createPeople({ users: [{ ...plainUser('mum'), title: 'Grandma', macs: [PHONE] }], devices: [], peers: [] });
    const view = { ...quotaView(bench.ledger, at(60)), people };
    expect(quotaRows(view).map(({ id, name, title }) => [id, name, title])).to.deep.equal([['mum', 'mum', 'Grandma']]);
  });

  it('call a device that the quota names what the configuration does, whatever another calls itself', async () => {
    bench = await openBench(terms(quota('own', { kind: 'device', name: 'tv' }, 1000)));
    for (const seconds of [0, 60]) await read(seconds, seconds, seconds);
    bench.ledger.books.devices.set(LAPTOP, { mac: LAPTOP, name: 'tv', namedBy: 'lease', ip: null, network: null, ssid: null });
    const view = quotaView(bench.ledger, at(60), [[PHONE, { name: 'tv', mac: PHONE, user: null }]]);
    expect(quotaRows(view).map(({ id, name }) => [id, name])).to.deep.equal([[PHONE, 'tv']]);
  });

  it('begin again with the period, and roll over what was left of its own limit, once', async () => {
    bench = await openBench(terms(quota('day', { kind: 'device', name: PHONE }, 1000, { per: 'day', rollover: true })));
    const limits = async (seconds: number) => (await rows(seconds)).map(({ limit, carried, used }) => [limit, carried, used]);
    await read(0, 0, 0);
    await read(60, 100, 0);
    // The ledger began within this day, so nothing is carried into the next.
    await read(20 * HOUR, 100, 0);
    expect(await limits(20 * HOUR)).to.deep.equal([[1000, 0, 0]]);
    await read(20 * HOUR + 60, 300, 0);
    await read(44 * HOUR, 300, 0);
    await read(44 * HOUR + 60, 1400, 0);
    expect(await limits(44 * HOUR + 60)).to.deep.equal([[1800, 800, 1100]]);
    await read(68 * HOUR, 1400, 0);
    expect(await limits(68 * HOUR)).to.deep.equal([[1000, 0, 0]]);
    await bench.restart();
    await bench.ledger.turnMonths(at(68 * HOUR));
    expect(await limits(68 * HOUR)).to.deep.equal([[1000, 0, 0]]);
  });

  it('of a router with its own billing day are of its month, those of the home and of devices of theirs', async () => {
    const line = quota('line', { kind: 'uplink', router: 'gateway', interface: null }, 9000);
    const each = quota('each', { kind: 'each device', user: null }, 9000);
    bench = await openBench({ ...terms(line, quota('home', HOME, 9000), each), routerBilling: new Map([['gateway', { day: 15 }]]) });
    const used = async (seconds: number) => (await rows(seconds)).map((row) => row.used);
    // Midnight of the 15th.
    const turn = (startOfDay(dayNumber(2026, 3, 15), TERMS.timezone) - START) / 1000;
    await read(turn - HOUR - 60, 0, 0);
    await read(turn - HOUR, 100, 40);
    await read(turn + 60, 100, 40);
    await read(turn + 120, 107, 43);
    expect(await used(turn + 120)).to.deep.equal([10, 150, 107, 43]);
    await bench.restart();
    expect(await used(turn + 120), 'after a restart').to.deep.equal([10, 150, 107, 43]);
  });

  it('add what was bought for the period', async () => {
    const bonus = [
      { day: dayNumber(2026, 3, 2), bytes: 20 },
      { day: dayNumber(2026, 3, 31), bytes: 3 },
      { day: dayNumber(2026, 4, 1), bytes: 999 },
    ];
    bench = await openBench(terms(quota('line', HOME, 1000, { bonus })));
    await read(0, 0, 0);
    expect((await rows(0)).map(({ limit, bonus: bought, leftPerDay }) => [limit, bought, leftPerDay])).to.deep.equal([[1023, 23, 46]]);
  });

  it('add what the ledger has as bought, to each thing and by their name, in days, weeks and months only', async () => {
    const pers = ['hour', 'day', 'week', 'month', '24h', '30d'] as const;
    bench = await openBench(
      terms(...pers.map((per) => quota(per, HOME, 1000, { per })), quota('each', { kind: 'each device', user: null }, 50)),
    );
    await read(0, 0, 0);
    const day = dayNumber(2026, 3, 10);
    for (const name of [...pers, 'each', 'gone'])
      for (const on of [day, dayNumber(2026, 2, 28)]) await addBonus(bench.store, { quota: name, day: on, bytes: 7, at: START, by: 'mum' });
    await bench.restart();
    const limits = (await rows(0)).map((row) => [row.quota.name, row.limit, row.bonus]);
    expect(limits).to.deep.equal([
      ['hour', 1000, 0],
      ['day', 1007, 7],
      ['week', 1007, 7],
      ['month', 1007, 7],
      ['24h', 1000, 0],
      ['30d', 1000, 0],
      ['each', 57, 7],
      ['each', 57, 7],
    ]);
  });

  it('devices that were not there in the period have none, and those of one name show which they are', async () => {
    bench = await openBench(terms(quota('each', { kind: 'each device', user: null }, 1000, { per: 'day' })));
    await read(0, 0, 0);
    await bench.read(20 * HOUR, classic(station(LAPTOP, 0, 0)));
    expect((await rows(20 * HOUR)).map(({ id }) => id)).to.deep.equal([LAPTOP]);
    for (const mac of [PHONE, LAPTOP])
      bench.ledger.books.devices.set(mac, { mac, name: 'android', namedBy: 'lease', ip: null, network: null, ssid: null });
    const view = quotaView(bench.ledger, at(0));
    await bench.ledger.turnMonths(at(0));
    expect(quotaRows({ ...view, months: bench.ledger.months }).map(({ name }) => name)).to.deep.equal([
      `android (${PHONE})`,
      `android (${LAPTOP})`,
    ]);
  });

  it('have a forecast from the eighth day on, day by day of the week', async () => {
    bench = await openBench(terms(quota('line', HOME, 10_000)));
    let shown = 0;
    await read(0, 0, 0);
    for (let day = 1; day <= 18; day += 1) {
      shown += weekdayOf(dayOf(at(day * 24 * HOUR), TERMS.timezone)) >= 5 ? 500 : 100;
      await read(day * 24 * HOUR, shown, 0);
      await bench.ledger.turnMonths(at(day * 24 * HOUR));
      const view = quotaView(bench.ledger, at(day * 24 * HOUR));
      const models = await readModels(bench.store, view);
      const [row] = quotaRows({ ...view, models });
      if (day < 8) expect(row?.forecast, `day ${day}`).to.equal(null);
      else expect(row?.forecast?.bytes, `day ${day}`).to.be.within(3800, 6000);
    }
  });

  it('are reached within their period, also if the clock is set ahead before its end', async () => {
    bench = await openBench(terms(quota('line', HOME, 11_990)));
    await read(0, 0, 0);
    const now = startOfDay(dayNumber(2026, 3, 20), TERMS.timezone);
    await bench.ledger.turnMonths(now);
    const flat = { means: Array.from({ length: 7 }, () => 1000), variances: Array.from({ length: 7 }, () => 0), uncertainty: 0 };
    const [row] = quotaRows(quotaView(bench.ledger, now, [], new Map([['line\n', flat]])));
    expect(dayText(dayOf(row?.forecast?.reachedAt ?? 0, TERMS.timezone))).to.equal('2026-03-31');
  });

  for (const billingDay of [1, 31]) {
    it(`hold what a simulated home has used, to the byte, with billing day ${billingDay}, restarts and changed clocks`, async () => {
      const quotas = [
        quota('hour', { kind: 'device', name: PHONE }, 1, { per: 'hour' }),
        quota('day', { kind: 'device', name: PHONE }, 1, { per: 'day' }),
        quota('week', { kind: 'each device', user: null }, 1, { per: 'week', tariff: 'off_peak' }),
        quota('month', HOME, 1),
        quota('counted', HOME, 1, { tariff: 'on_peak' }),
        quota('24h', HOME, 1, { per: '24h' }),
        quota('30d', HOME, 1, { per: '30d' }),
      ];
      const all: LedgerTerms = { ...terms(...quotas), billing: { day: billingDay }, tariffs: [OFF_PEAK] };
      const week = weekOf([OFF_PEAK], () => true);
      const step = fc.record({
        minutes: fc.integer({ min: 1, max: 60 * 30 }),
        phone: fc.nat(1e6),
        laptop: fc.nat(1e6),
        restart: fc.nat(7),
      });
      const starts = fc.constantFrom(Date.UTC(2027, 2, 27, 20), Date.UTC(2027, 9, 30, 20), Date.UTC(2028, 1, 27, 20));
      await fc.assert(
        fc.asyncProperty(starts, fc.array(step, { minLength: 10, maxLength: 30 }), async (from, steps) => {
          bench = await openBench(all);
          // Bytes move within one minute each, so that each is of one half hour.
          const moved: { instant: number; phone: number; laptop: number }[] = [];
          let [now, phone, laptop] = [(from - START) / 1000, 0, 0];
          await read(now, 0, 0);
          for (const { minutes, restart, ...bytes } of steps) {
            now += minutes * 60;
            await read(now, phone, laptop);
            [phone, laptop] = [phone + bytes.phone, laptop + bytes.laptop];
            moved.push({ instant: at(now), ...bytes });
            now += 60;
            await read(now, phone, laptop);
            if (restart === 0) await bench.restart();
            if (restart === 0) await bench.ledger.setTerms(all, at(now));
            const today = dayOf(at(now), TERMS.timezone);
            const month = startOfDay(monthOf(today, { day: billingDay }).start, TERMS.timezone);
            const used = new Map((await rows(now)).map((row) => [`${row.quota.name} ${row.name}`, row.used]));
            const sum = (since: number, of: 'phone' | 'laptop' | null, tariff?: boolean) =>
              moved.reduce((total, each) => {
                const isOff = tariffAt(each.instant, TERMS.timezone, week) === true;
                if (each.instant < since || (tariff !== undefined && tariff !== isOff)) return total;
                return total + (of === null ? each.phone + each.laptop : each[of]);
              }, 0);
            const counted = (since: number, of: 'phone' | 'laptop' | null) => sum(since, of, false) + Math.floor(sum(since, of, true) / 2);
            const monday = startOfDay(today - weekdayOf(today), TERMS.timezone);
            const hour = Math.floor(at(now) / 3_600_000) * 3_600_000;
            expect(used.get('hour anna-phone')).to.equal(counted(hour, 'phone'));
            expect(used.get('day anna-phone')).to.equal(counted(startOfDay(today, TERMS.timezone), 'phone'));
            expect(used.get('week anna-phone')).to.equal(sum(monday, 'phone', true));
            expect(used.get(`week ${LAPTOP}`)).to.equal(sum(monday, 'laptop', true));
            expect(used.get('month ')).to.equal(counted(month, null));
            expect(used.get('counted ')).to.equal(sum(month, null, false));
            expect(used.get('24h ')).to.equal(counted(hour - 23 * 3_600_000, null));
            expect(used.get('30d ')).to.equal(counted(startOfDay(today - 29, TERMS.timezone), null));
          }
          await bench.close();
        }),
        { numRuns: 4, endOnFailure: true },
      );
      bench = await openBench();
    });
  }
});
