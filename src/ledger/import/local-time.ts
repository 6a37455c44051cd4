import { Temporal } from 'temporal-polyfill';
import { type Day, dayNumber } from '../../domain/calendar.ts';

const LOCAL = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?$/;

/** Unix ms of `YYYY-MM-DD HH:MM:SS` in the time zone (the earlier one of an autumn night), or null where it is none. */
export function localInstant(text: string, timezone: string): number | null {
  const [, date, time] = LOCAL.exec(text) ?? [];
  if (date === undefined || time === undefined) return null;
  try {
    return Temporal.PlainDateTime.from(`${date}T${time}`, { overflow: 'reject' }).toZonedDateTime(timezone).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The day of a calendar date, or null where there is none such. */
export function calendarDay(year: unknown, month: unknown, day: unknown): Day | null {
  const parts = [year, month, day];
  if (!parts.every((part) => typeof part === 'number' && Number.isInteger(part))) return null;
  const [y, m, d] = parts as [number, number, number];
  if (y < 1970 || y > 9999) return null;
  const date = new Date(Date.UTC(y, m - 1, d));
  return date.getUTCMonth() === m - 1 && date.getUTCDate() === d ? dayNumber(y, m, d) : null;
}

/** The day of `YYYY-MM-DD`, or null. */
export function parseDate(text: string): Day | null {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  return calendarDay(Number(year), Number(month), Number(day));
}
