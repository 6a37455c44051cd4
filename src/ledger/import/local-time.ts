import { Temporal } from 'temporal-polyfill';

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
