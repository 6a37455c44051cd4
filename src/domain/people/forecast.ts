import { DAY_MS, type Day, dayOf, type Month, startOfDay } from '../calendar.ts';
import { weekdayOf } from './tariffs.ts';

/** Days that a forecast is made from, and in which their weight is halved. */
export const HISTORY_DAYS = 56;
const HALF_LIFE = 21;
/** Whole days that there must be. */
const LEAST_DAYS = 7;
/** Days of all weekdays that each weekday is mixed with. */
const MIXED = 2;
/** Days of one home resemble each other more than chance would make them: a quiet week is quiet throughout. */
const TOGETHER = 2;
/** Eight of ten months end in the range. */
const EIGHT_OF_TEN = 1.28;

/** How much a day counts, `age` days ago. */
export const weightOf = (age: number): number => 0.5 ** (age / HALF_LIFE);

/** Weighted sums of the bytes of days, and of their squares, by weekday (0 is Monday). */
export interface DaySums {
  bytes: readonly number[];
  squares: readonly number[];
}

/** What days of each weekday may bring. Bytes. */
export interface DayModel {
  means: readonly number[];
  variances: readonly number[];
  /** Of the mean of all days. */
  uncertainty: number;
}

/**
 * The model of whole days from `first` to yesterday; null where they are too few. A day without rows has zero bytes. Each weekday is the
 * weighted mean of its days, mixed with the mean of all, so that one odd day among few does not repeat itself.
 */
export function modelOf({ bytes, squares }: DaySums, first: Day, today: Day): DayModel | null {
  const from = Math.max(first, today - HISTORY_DAYS);
  if (today - from < LEAST_DAYS) return null;
  const weights = Array.from({ length: 7 }, () => 0);
  let [all, squared] = [0, 0];
  for (let day = from; day < today; day += 1) {
    const weight = weightOf(today - day);
    const weekday = weekdayOf(day);
    weights[weekday] = (weights[weekday] ?? 0) + weight;
    all += weight;
    squared += weight ** 2;
  }
  const mean = sum(bytes) / all;
  const variance = Math.max(0, sum(squares) / all - mean ** 2);
  const means = weights.map((weight, i) => ((bytes[i] ?? 0) + MIXED * mean) / (weight + MIXED));
  // Around each weekday's own mean, mixed alike.
  const variances = weights.map((weight, i) => {
    const around = (squares[i] ?? 0) - 2 * (means[i] ?? 0) * (bytes[i] ?? 0) + weight * (means[i] ?? 0) ** 2;
    return (Math.max(0, around) + MIXED * variance) / (weight + MIXED);
  });
  return { means, variances, uncertainty: (variance * squared) / all ** 2 };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What a period will have at its end. Bytes. */
export interface Forecast {
  bytes: number;
  /** Eight of ten periods end between these. */
  low: number;
  high: number;
  /** Unix ms at which the limit will be reached; null: not in this period, or it is reached already. */
  reachedAt: number | null;
}

/** The present, which many forecasts share. */
export interface Present {
  /** Unix ms. */
  now: number;
  today: Day;
  /** Unix ms at which today ends. */
  midnight: number;
}

export const presentAt = (now: number, timezone: string): Present => {
  const today = dayOf(now, timezone);
  return { now, today, midnight: startOfDay(today + 1, timezone) };
};

/** Makes the forecast of a period of days from what it has used so far. */
export type MakeForecast = (model: DayModel, used: number, limit: number, days: Month, present: Present) => Forecast;

export const forecastOf: MakeForecast = (model, used, limit, days, { now, today, midnight }) => {
  const rest = Math.min(1, Math.max(0, (midnight - now) / DAY_MS));
  let [bytes, variance, left] = [used, 0, 0];
  let reachedAt: number | null = null;
  for (let day = today; day < days.end; day += 1) {
    const part = day === today ? rest : 1;
    const expected = (model.means[weekdayOf(day)] ?? 0) * part;
    if (bytes < limit && bytes + expected >= limit) {
      const begins = day === today ? now : midnight + (day - today - 1) * DAY_MS;
      reachedAt = Math.round(begins + (part * DAY_MS * (limit - bytes)) / expected);
    }
    bytes += expected;
    variance += (model.variances[weekdayOf(day)] ?? 0) * part;
    left += part;
  }
  const width = EIGHT_OF_TEN * Math.sqrt(TOGETHER * (variance + model.uncertainty * left ** 2));
  return { bytes: Math.round(bytes), low: Math.round(Math.max(used, bytes - width)), high: Math.round(bytes + width), reachedAt };
};

/** How long a forecast stays, in ms: it hardly changes from round to round. */
const LASTS = 300_000;

/**
 * Makes forecasts that stay for five minutes, so that thousands of devices have few that change in a round. One is made again before that
 * where its limit changes or is reached, where more is used than the lower end of its range, and with its model: when a day turns.
 */
export function lastingForecasts(): MakeForecast {
  const kept = new WeakMap<DayModel, { forecast: Forecast; limit: number; isOver: boolean; at: number }>();
  return (model, used, limit, days, present) => {
    const isOver = used >= limit;
    const known = kept.get(model);
    const age = known === undefined ? LASTS : present.now - known.at;
    if (known?.limit === limit && known.isOver === isOver && used <= known.forecast.low && age >= 0 && age < LASTS) return known.forecast;
    const forecast = forecastOf(model, used, limit, days, present);
    kept.set(model, { forecast, limit, isOver, at: present.now });
    return forecast;
  };
}
