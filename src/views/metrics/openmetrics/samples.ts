import type { Day } from '../../../domain/calendar.ts';
import { spread } from '../../../domain/spread.ts';
import type { Hour, HoursOfDay } from './hours.ts';

/** Bytes that the ledger has of a day, or of an hour that began at a time (Unix ms). */
interface KeptBytes {
  time: Day | number;
  bytes: number;
}

/** What the ledger keeps of one byte counter, in the order of time. Only the last days have hours. */
export interface KeptCounter {
  days: readonly KeptBytes[];
  hours: readonly KeptBytes[];
}

/** The value of a counter at a time, Unix ms. */
export interface CounterSample {
  time: number;
  value: number;
}

/**
 * The values of a counter at the edges of the hours in which it grew, as far as these began from one time to another (Unix ms). `before`
 * is its value before the first day. At the end of a day it has grown by what the ledger has of that day, to the byte. While nothing moved,
 * there are no samples.
 */
export function* counterSamples(
  { days, hours: kept }: KeptCounter,
  before: number,
  { from, to }: { from: number; to: number },
  hoursOf: HoursOfDay,
): Generator<CounterSample> {
  const takeKept = takerOf(kept);
  const firstKept = kept[0]?.time ?? Number.POSITIVE_INFINITY;
  let value = before;
  let written = Number.NEGATIVE_INFINITY;
  for (const { time: day, bytes } of days) {
    const hours = hoursOf(day);
    const parts = bytesByHour(bytes, hours, hours.map(takeKept), firstKept);
    for (const [i, { start, end }] of hours.entries()) {
      if (start >= to) return;
      const part = parts[i] ?? 0;
      if (part === 0) continue;
      if (start >= from && start !== written) yield { time: start, value };
      value += part;
      if (start < from) continue;
      yield { time: end, value };
      written = end;
    }
  }
}

/** Finds what is kept of hours, which are asked for in the order of time; null where there is nothing. */
function takerOf(kept: readonly KeptBytes[]): (hour: Hour) => number | null {
  let next = 0;
  return ({ start, end }) => {
    let sum: number | null = null;
    for (let row = kept[next]; row !== undefined && row.time < end; row = kept[++next]) {
      if (row.time >= start) sum = (sum ?? 0) + row.bytes;
    }
    return sum;
  };
}

/**
 * Splits the bytes of a day over its hours. Those that no hour has are spread evenly: over the hours before the first that is kept at all,
 * else over the other hours without bytes, else over all. The day counts where its hours have more, as after a change of the time zone.
 */
function bytesByHour(bytes: number, hours: readonly Hour[], kept: readonly (number | null)[], firstKept: number): number[] {
  let left = bytes;
  const parts = kept.map((own) => {
    const part = Math.min(own ?? 0, left);
    left -= part;
    return part;
  });
  if (left === 0 || hours.length === 0) return parts;
  const all = hours.map(({ start, length }, place) => ({ start, length, place }));
  const empty = all.filter(({ place }) => kept[place] === null);
  const early = empty.filter(({ start }) => start < firstKept);
  const over = early.length > 0 ? early : empty.length > 0 ? empty : all;
  for (const [i, share] of spread(left, over).entries()) {
    const place = over[i]?.place ?? 0;
    parts[place] = (parts[place] ?? 0) + share;
  }
  return parts;
}
