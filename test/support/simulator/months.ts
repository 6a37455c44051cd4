import { type Day, dayNumber, monthOf, startOfDay } from '../../../src/domain/calendar.ts';
import { forecastOf, HISTORY_DAYS, modelOf, presentAt, weightOf } from '../../../src/domain/people/forecast.ts';
import { weekdayOf } from '../../../src/domain/people/tariffs.ts';
import { createRandom, type Random } from '../../../src/simulator/random.ts';

/** What days of a home bring, in bytes, from `FIRST` on. */
export type Days = readonly number[];

export const FIRST: Day = dayNumber(2026, 1, 5);
const LENGTH = 400;
const BILLING = { day: 1 };

/** Bell-shaped enough, around 0 with a deviation of 1. */
const normal = (random: Random): number => Array.from({ length: 12 }, () => random.int(1_000_000) / 1e6).reduce((a, b) => a + b, 0) - 6;

/** A family: weekends differ from workdays, weeks differ from each other, some days nobody is there, a day now and then is huge. */
export function simulatedHome(seed: number): Days {
  const random = createRandom(seed, 'months');
  const base = 1e9 * (2 + random.int(20));
  const weekend = 0.8 + random.int(180) / 100;
  const noise = 0.2 + random.int(35) / 100;
  let [week, away] = [1, 0];
  return Array.from({ length: LENGTH }, (_, i) => {
    const weekday = weekdayOf(FIRST + i);
    if (weekday === 0) week = Math.exp(0.15 * normal(random));
    if (away === 0 && random.int(60) === 0) away = 2 + random.int(9);
    away = Math.max(0, away - 1);
    const huge = random.int(40) === 0 ? 3 : 1;
    const usual = base * (weekday >= 5 ? weekend : 1) * week * Math.exp(noise * normal(random)) * huge;
    return Math.round(away > 0 ? usual * 0.05 : usual);
  });
}

/** A line as vnStat has it for years: it grows, moves house, gets another television; days hardly differ by weekday, but much from each other. */
export function importedLine(seed: number): Days {
  const random = createRandom(seed, 'imported');
  const base = 1e9 * (1 + random.int(8));
  let level = 1;
  return Array.from({ length: LENGTH }, (_, i) => {
    if (random.int(90) === 0) level *= 0.6 + random.int(100) / 100;
    const weekend = weekdayOf(FIRST + i) >= 5 ? 1.2 : 1;
    return Math.round(base * level * weekend * 1.0005 ** i * Math.exp(0.6 * normal(random)));
  });
}

/** Mean errors as shares of what the months had in the end, and how often they ended in the range. */
export interface Measured {
  forecast: number;
  straight: number;
  inRange: number;
  forecasts: number;
}

/** Forecasts at noon of every day of every whole month after the first, of homes with all their days before. */
export function measure(homes: readonly Days[]): Measured {
  const sums = { forecast: 0, straight: 0, inRange: 0, forecasts: 0 };
  for (const days of homes) {
    const until = FIRST + days.length;
    for (let month = monthOf(FIRST + 31, BILLING); month.end <= until; month = monthOf(month.end, BILLING)) {
      const bytesOf = (from: Day, to: Day) => days.slice(from - FIRST, to - FIRST).reduce((a, b) => a + b, 0);
      const truth = bytesOf(month.start, month.end);
      for (let today = month.start; today < month.end; today += 1) {
        const model = modelOf(daySums(days, today), FIRST, today);
        if (model === null) continue;
        const used = bytesOf(month.start, today) + (days[today - FIRST] ?? 0) / 2;
        const now = startOfDay(today, 'UTC') + 43_200_000;
        const { bytes, low, high } = forecastOf(model, used, Number.MAX_SAFE_INTEGER, month, presentAt(now, 'UTC'));
        const straight = (used / (today - month.start + 0.5)) * (month.end - month.start);
        sums.forecast += Math.abs(bytes - truth) / truth;
        sums.straight += Math.abs(straight - truth) / truth;
        sums.inRange += truth >= low && truth <= high ? 1 : 0;
        sums.forecasts += 1;
      }
    }
  }
  const { forecasts } = sums;
  return { forecast: sums.forecast / forecasts, straight: sums.straight / forecasts, inRange: sums.inRange / forecasts, forecasts };
}

/** What the ledger's statement gives. */
export function daySums(days: Days, today: Day) {
  const [bytes, squares] = [Array.from({ length: 7 }, () => 0), Array.from({ length: 7 }, () => 0)];
  for (let age = 1; age <= HISTORY_DAYS && today - age >= FIRST; age += 1) {
    const weekday = weekdayOf(today - age);
    const used = days[today - age - FIRST] ?? 0;
    bytes[weekday] = (bytes[weekday] ?? 0) + weightOf(age) * used;
    squares[weekday] = (squares[weekday] ?? 0) + weightOf(age) * used ** 2;
  }
  return { bytes, squares };
}
