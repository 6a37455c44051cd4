import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DAY_MS, startOfDay } from '../../../src/domain/calendar.ts';
import { forecastOf, modelOf, presentAt } from '../../../src/domain/people/forecast.ts';
import { daySums, FIRST, importedLine, type Measured, measure, simulatedHome } from '../../support/simulator/months.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/use/quotas.md'), 'utf8');
const HOMES = Array.from({ length: 40 }, (_, seed) => seed);
const days = (...bytes: number[]) => Array.from({ length: 60 }, (_, i) => bytes[i % bytes.length] ?? 0);
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

describe('forecasts', () => {
  it('need seven whole days', () => {
    expect(modelOf(daySums(days(5), FIRST + 6), FIRST, FIRST + 6)).to.equal(null);
    expect(modelOf(daySums(days(5), FIRST + 7), FIRST, FIRST + 7)?.means).to.satisfy((means: number[]) =>
      means.every((mean) => Math.abs(mean - 5) < 1e-9),
    );
  });

  it('of days that are all alike are exact, and know when a limit is reached', () => {
    const today = FIRST + 10;
    const model = modelOf(daySums(days(1000), today), FIRST, today) ?? expect.fail();
    const noon = startOfDay(today, 'UTC') + DAY_MS / 2;
    const month = { start: FIRST, end: FIRST + 20 };
    expect(forecastOf(model, 10_500, 15_000, month, presentAt(noon, 'UTC'))).to.deep.equal({
      bytes: 20_000,
      low: 20_000,
      high: 20_000,
      reachedAt: noon + 4.5 * DAY_MS,
    });
    expect(forecastOf(model, 10_500, 20_001, month, presentAt(noon, 'UTC')).reachedAt).to.equal(null);
    for (const limit of [10_000, 10_500])
      expect(forecastOf(model, 10_500, limit, month, presentAt(noon, 'UTC')).reachedAt, 'reached already').to.equal(null);
  });

  it('follow the weekdays and forget what was long ago; days without bytes are zeros', () => {
    const week = days(1, 1, 1, 1, 1, 10, 10);
    const today = FIRST + 56;
    const means = modelOf(daySums(week, today), FIRST, today)?.means ?? [];
    expect(means[0]).to.be.below(means[5] ?? 0);
    expect(means[5]).to.be.within(7, 10);
    const moved = Array.from({ length: 60 }, (_, i) => (i < 35 ? 100 : 10));
    expect(modelOf(daySums(moved, today), FIRST, today)?.means[0]).to.be.within(30, 55);
    expect(modelOf({ bytes: [], squares: [] }, FIRST, today)?.means).to.deep.equal([0, 0, 0, 0, 0, 0, 0]);
  });

  for (const [what, homes] of [
    ['simulated homes', HOMES.map(simulatedHome)],
    ['lines like imported ones', HOMES.map(importedLine)],
  ] as const) {
    it(`of ${what} are better than the straight line by what docs/use/quotas.md says, and eight of ten end in the range`, () => {
      const { forecast, straight, inRange }: Measured = measure(homes);
      expect(inRange).to.be.within(0.75, 0.9);
      expect(forecast).to.be.below(straight * 0.75);
      expect(PAGE).to.include(`| ${what} | ${percent(forecast)} | ${percent(straight)} | ${percent(inRange)} |`);
    });
  }
});
