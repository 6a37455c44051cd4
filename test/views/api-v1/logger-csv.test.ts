import { expect } from 'chai';
import { parseDate, startOfDay } from '../../../src/domain/calendar.ts';
import { createPeople } from '../../../src/domain/people/people.ts';
import type { Tariff } from '../../../src/domain/people/tariffs.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import { loggerReader } from '../../../src/ledger/storage/read-usage.ts';
import { LOGGER_PAGE, loggerCsv } from '../../../src/views/api-v1/logger-csv.ts';
import type { View } from '../../../src/views/view.ts';
import { readOldFormat } from '../../support/ledger/old-reader.ts';
import { quotaView } from '../../support/ledger/quota-view.ts';
import { type Bench, classic, LAPTOP, openBench, PHONE, START, station, TERMS } from '../../support/ledger/rounds.ts';

const HOUR = 3600;
const NIGHT: Tariff = { name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 45, to: 13 }], counts: 0 };
const second = (date: string) => startOfDay(parseDate(date) ?? 0, TERMS.timezone) / 1000;

describe('usage as a file of the older logger', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, tariffs: [NIGHT] });
    for (let hour = 0; hour <= 100; hour += 1)
      await bench.read(hour * HOUR, classic(station(PHONE, hour * 100, 0), station(LAPTOP, hour * 7, 0)));
  });
  afterEach(() => bench.close());

  const now = START + 100 * HOUR * 1000 + 600_000;
  const view = (changes: Partial<View> = {}) => ({ ...quotaView(bench.ledger, now), routers: [], ...changes });
  const ask = (query: Record<string, string>, changes: Partial<View> = {}, page = LOGGER_PAGE) =>
    loggerCsv(view(changes), query, loggerReader(bench.store), page);
  const lines = async (query: Record<string, string>, changes: Partial<View> = {}) => readOldFormat(await ask(query, changes));
  const refusal = (query: Record<string, string>, changes: Partial<View> = {}) =>
    ask(query, changes).then(String, ({ status, message }) => `${status} ${message}`);

  it('has all devices of the month by day: what was used by the end of each, and now', async () => {
    const found = await lines({});
    // From noon on 10 March (11:00 UTC is noon plus an hour in Berlin) on, with the line before it.
    expect(found.map(({ time }) => time)).to.deep.equal(
      ['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13', '2026-03-14'].map(second).concat(now / 1000),
    );
    expect(found.at(0)).to.deep.include({ total: 0, delta: 0 });
    expect(found.at(-1)?.total).to.equal(100 * 107);
  });

  it('has the same sums by hour, and by tariff those of the ledger', async () => {
    for (const query of [{ from: '2026-03-09' }, { from: '2026-03-11' }, { from: '2026-03-11T10:00:00Z' }]) {
      const [days, hours] = [await lines(query), await lines({ ...query, by: 'hour' })];
      expect(hours.length).to.be.greaterThan(50);
      for (const day of days.slice(query.from.includes('T') ? 1 : 0)) {
        const same = hours.find(({ time }) => time === day.time);
        if (same === undefined) expect(day.total).to.equal(0);
        else expect(same).to.deep.include({ total: day.total, onPeak: day.onPeak, offPeak: day.offPeak });
      }
    }
    const last = (await lines({ by: 'hour' })).at(-1);
    // Four nights of eight hours.
    expect(last).to.deep.include({ offPeak: 32 * 107, onPeak: 68 * 107 });
  });

  it('begins with the sums from before, and has no line of the future', async () => {
    const found = await lines({ from: '2026-03-12', to: '2026-03-14', by: 'hour', mac: PHONE });
    expect(found).to.have.length(49);
    expect(found[0]).to.deep.include({ time: second('2026-03-12'), total: 3500, delta: 0 });
    expect((await lines({ to: '2027-01-01' })).at(-1)?.time).to.equal(now / 1000);
    expect(await ask({ from: '2026-04-01', to: '2026-04-02' })).to.equal('Time, Total Bytes, Delta, On-Peak, Off-Peak\n');
  });

  it('has bytes whose hours are not kept at the end of their day', async () => {
    await bench.store.commit([
      { sql: 'DELETE FROM hour WHERE hour < (SELECT value ->> 0 FROM json_each(?))', rows: [[second('2026-03-12') * 1000]] },
    ]);
    const found = await lines({ from: '2026-03-09', by: 'hour' });
    expect(found.find(({ time }) => time === second('2026-03-12'))).to.deep.include({ total: 35 * 107, delta: 24 * 107 });
    expect(found.at(-1)?.total).to.equal(100 * 107);
  });

  it('is of a device, a user, or what belongs to nobody; never of anyone private', async () => {
    const people = createPeople({ users: [{ ...plainUser('anna'), macs: [PHONE] }], devices: [], peers: [] });
    expect((await lines({ user: 'anna' }, { people })).at(-1)?.total).to.equal(10_000);
    expect((await lines({ user: 'others' }, { people })).at(-1)?.total).to.equal(700);
    expect(await ask({ mac: LAPTOP })).to.equal(await ask({ user: 'others' }, { people }));
    const hidden = createPeople({ users: [{ ...plainUser('anna'), macs: [PHONE], isPrivate: true }], devices: [], peers: [] });
    expect((await lines({}, { people: hidden })).at(-1)?.total).to.equal(700);
    expect(await refusal({ user: 'anna' }, { people: hidden })).to.equal(
      '400 "anna" is private: only its totals are shown, and not as such a file',
    );
    expect(await refusal({ mac: PHONE }, { people: hidden })).to.include(`400 "${PHONE}" is private`);
  });

  it('refuses a wrong query, and one that costs too much, before it is read', async () => {
    expect(await refusal({ by: 'month' })).to.equal('400 "by" is "month": use hour, day');
    expect(await refusal({ mac: 'x' })).to.equal('400 "mac" is "x": write it like 02:00:00:00:00:01');
    expect(await refusal({ mac: '02:00:00:00:00:99' })).to.include('404 No device with the MAC');
    expect(await refusal({ user: 'nobody' })).to.equal('404 There is no user "nobody": /api/v1/users lists them');
    expect(await refusal({ user: 'a', mac: PHONE })).to.equal('400 "mac" and "user" are both given: leave one out');
    expect(await refusal({ name: 'a' })).to.include('400 There is no parameter "name"');
    expect(await refusal({ from: '2025-01-01', by: 'hour' })).to.equal(
      '400 by=hour covers at most 62 days: ask for a shorter time, or use by=day',
    );
    const small = { ...LOGGER_PAGE, figures: 100 };
    expect(await ask({ by: 'hour' }, {}, small).then(String, ({ message }) => message)).to.equal(
      'The answer would be made from more than 100 figures: ask for a shorter time, or for one device or user',
    );
  });
});
