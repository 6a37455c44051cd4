import { DAY_MS, HOUR_MS } from '../../domain/calendar.ts';

/** How long something lasts: `45 min`, `3 h`, `2 days`. */
export function spanText(ms: number): string {
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / 60_000)} min`;
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} days`;
}
