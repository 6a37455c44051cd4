import { expect } from 'chai';
import fc from 'fast-check';
import { dayOf, hourOf } from '../../../src/domain/calendar.ts';
import { type Tariff, tariffAt, weekOf } from '../../../src/domain/people/tariffs.ts';
import type { LedgerTerms } from '../../../src/ledger/ledger.ts';
import { forget } from '../../../src/ledger/storage/forget.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { type Bench, classic, LAPTOP, openBench, PHONE, START, station, TERMS } from '../../support/ledger/rounds.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const night = (counts: number): Tariff => ({ name: 'off_peak', windows: [{ days: EVERY_DAY, from: 45, to: 13 }], counts });
const withTariffs = (...tariffs: Tariff[]): LedgerTerms => ({ ...TERMS, tariffs });
const HOUR = 3600;

describe('the ledger with tariffs (Rule: tariffs)', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  const read = (seconds: number, phone: number, laptop = phone) =>
    bench.read(seconds, classic(station(PHONE, phone, Math.floor(phone / 10)), station(LAPTOP, laptop, 0)));
  const rows = (sql: string) => bench.store.all(sql);
  const phoneDays = () =>
    rows(`SELECT day - (SELECT min(day) FROM day) AS day, name, counts, t.download AS bytes FROM day_tariff AS t
      JOIN tariff ON tariff.id = t.tariff JOIN account ON account.id = t.account WHERE key = '${PHONE}' AND kind = 'device' ORDER BY 1, counts`);

  it('splits what lies over the edge of a window, by hour and day', async () => {
    bench = await openBench(withTariffs(night(0)));
    // 2026-03-10 13:00 in Berlin. The window begins at 22:30.
    await read(0, 0);
    await read(9 * HOUR, 9000);
    expect(await phoneDays()).to.deep.equal([]);
    await read(10 * HOUR, 9600);
    await read(19 * HOUR, 15_000);
    expect(await phoneDays()).to.deep.equal([
      { day: 0, name: 'off_peak', counts: 0, bytes: 900 },
      { day: 1, name: 'off_peak', counts: 0, bytes: 3900 },
    ]);
    const hours = await rows(
      `SELECT (t.hour - ${START}) / 3600000 AS hour, t.download AS part, w.download AS whole FROM hour_tariff AS t JOIN hour AS w USING(hour, account)
        JOIN account ON account.id = account WHERE key = '${PHONE}' AND kind = 'device' ORDER BY hour`,
    );
    expect(hours[0]).to.deep.equal({ hour: 9, part: 300, whole: 600 });
    expect(hours.at(-1)).to.deep.equal({ hour: 17, part: 300, whole: 600 });
    expect(await brokenRules(bench.store)).to.deep.equal([]);
  });

  it('writes nothing without tariffs', async () => {
    bench = await openBench();
    await read(0, 0);
    await read(15 * HOUR, 1000);
    for (const table of ['tariff', 'hour_tariff', 'day_tariff']) expect(await rows(`SELECT * FROM ${table}`)).to.deep.equal([]);
  });

  it('a tariff with another share is another from then on, and comes back under its own number', async () => {
    bench = await openBench(withTariffs(night(0)));
    await read(10 * HOUR, 0);
    await read(11 * HOUR, 100);
    await bench.ledger.setTerms(withTariffs(night(0.5)), START);
    await read(12 * HOUR, 300);
    await bench.restart(withTariffs(night(0)));
    await read(13 * HOUR, 700);
    await bench.restart(TERMS);
    await read(14 * HOUR, 1500);
    expect(await rows('SELECT * FROM tariff ORDER BY id')).to.deep.equal([
      { id: 1, name: 'off_peak', counts: 0 },
      { id: 2, name: 'off_peak', counts: 0.5 },
    ]);
    expect(await phoneDays()).to.deep.equal([
      { day: 0, name: 'off_peak', counts: 0, bytes: 100 },
      { day: 1, name: 'off_peak', counts: 0, bytes: 400 },
      { day: 1, name: 'off_peak', counts: 0.5, bytes: 200 },
    ]);
  });

  it('hours are deleted with the hours, days are kept; a forgotten device takes its tariffs along', async () => {
    bench = await openBench({ ...withTariffs(night(0)), keepHours: 86_400 });
    await read(10 * HOUR, 0);
    await read(11 * HOUR, 100);
    await read(60 * HOUR, 200);
    await read(84 * HOUR, 300);
    const since = START + 60 * HOUR * 1000;
    expect(await rows(`SELECT * FROM hour_tariff WHERE hour < ${since}`)).to.deep.equal([]);
    expect((await phoneDays()).map(({ day }) => day)).to.deep.equal([0, 1, 2, 3, 4]);
    await bench.ledger.close();
    const store = await openStore(bench.directory);
    await forget(store, PHONE, START);
    expect(
      await store.all("SELECT key FROM day_tariff JOIN account ON account.id = account WHERE kind = 'device' GROUP BY key"),
    ).to.deep.equal([{ key: LAPTOP }]);
    expect(await brokenRules(store)).to.deep.equal([]);
    await store.close();
    await bench.restart();
  });

  it('over months with changed clocks, restarts and pauses, the tariffs of each day are those of the instants that it was counted in', async () => {
    const week = weekOf([night(0)], () => 1);
    const step = fc.record({ seconds: fc.integer({ min: 30, max: 40 * HOUR }), bytes: fc.nat(1e9), restart: fc.boolean() });
    const start = fc.constantFrom(Date.UTC(2027, 2, 20), Date.UTC(2027, 9, 20), Date.UTC(2028, 1, 20));
    await fc.assert(
      fc.asyncProperty(start, fc.array(step, { minLength: 5, maxLength: 25 }), async (from, steps) => {
        bench = await openBench(withTariffs(night(0)));
        let [at, shown] = [(from - START) / 1000, 0];
        const off = new Map<number, { least: number; most: number }>();
        await read(at, 0);
        for (const { seconds, bytes, restart } of steps) {
          const since = at;
          at += seconds;
          shown += bytes;
          await read(at, shown);
          // Local half hours are those of UTC here. Each is rounded by less than a byte.
          for (let s = since; s < at; ) {
            const instant = START + s * 1000;
            const length = Math.min(1800 - (s % 1800), at - s);
            if (tariffAt(instant, TERMS.timezone, week) === 1) {
              const day = dayOf(instant, TERMS.timezone);
              const sum = off.get(day) ?? { least: 0, most: 0 };
              const part = (bytes * length) / seconds;
              off.set(day, { least: sum.least + part - 1, most: sum.most + part + 1 });
            }
            s += length;
          }
          if (restart) await bench.restart();
          if (restart) await bench.ledger.setTerms(withTariffs(night(0)), START);
        }
        const found = await rows(
          `SELECT day, t.download AS bytes FROM day_tariff AS t JOIN account ON account.id = account WHERE key = '${PHONE}' AND kind = 'device'`,
        );
        for (const { day, bytes } of found) {
          const { least, most } = off.get(Number(day)) ?? { least: 0, most: 0 };
          expect(Number(bytes), `day ${day}`).to.be.within(Math.floor(least), Math.ceil(most));
        }
        expect(await brokenRules(bench.store)).to.deep.equal([]);
        expect((await bench.sums({ kind: 'device', key: PHONE })).days.download).to.equal(shown);
        await bench.close();
      }),
      { numRuns: 6, endOnFailure: true },
    );
    bench = await openBench();
  });

  it('a window in whole hours has exactly the hours that begin in it', async () => {
    const whole: Tariff = { name: 'off_peak', windows: [{ days: [5, 6], from: 0, to: 48 }], counts: 0 };
    bench = await openBench(withTariffs(whole));
    const week = weekOf([whole], () => 1);
    const from = (Date.UTC(2027, 2, 24) - START) / 1000;
    await read(from, 0);
    for (let i = 1; i <= 40; i += 1) await read(from + i * 4.3 * HOUR, i * 1_234_567);
    const hours = await rows(
      `SELECT w.hour, w.download AS whole, coalesce(t.download, 0) AS part FROM hour AS w LEFT JOIN hour_tariff AS t USING(hour, account)
        JOIN account ON account.id = w.account WHERE key = '${PHONE}' AND kind = 'device'`,
    );
    expect(hours).to.have.length.above(150);
    for (const { hour, whole, part } of hours) {
      expect(hourOf(Number(hour), TERMS.timezone)).to.equal(hour);
      expect(part, `hour ${hour}`).to.equal(tariffAt(Number(hour), TERMS.timezone, week) === 1 ? whole : 0);
    }
  });
});
