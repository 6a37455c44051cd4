import type { Units } from '../domain/people/units.ts';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const SI = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const DECIMAL = ['b/s', 'kb/s', 'Mb/s', 'Gb/s', 'Tb/s'];

/** Bytes to three digits in the configured units: `1.50 GiB` where nothing is said, or `1.61 GB`. */
export const bytesIn = (units: Units | undefined): ((bytes: number) => string) =>
  units === 'si' ? (bytes) => scaled(bytes, 1000, SI) : (bytes) => scaled(bytes, 1024, BINARY);

/** The same; empty where the bytes are not known. */
export const knownIn = (units: Units | undefined): ((bytes: number | null) => string) => {
  const size = bytesIn(units);
  return (bytes) => (bytes === null ? '' : size(bytes));
};

/** Bytes per second as bits per second, base 1000, as the dashboards show them: `866 Mb/s`. */
export const formatBitRate = (bytesPerSecond: number): string => scaled(bytesPerSecond * 8, 1000, DECIMAL);

function scaled(value: number, base: number, units: readonly string[]): string {
  let [left, unit] = [value, 0];
  // 1023.6 KiB would be rounded to 1024 KiB, which is 1.00 MiB.
  while (Math.round(left) >= base && unit < units.length - 1) {
    left /= base;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(left) : threeDigits(left)} ${units[unit]}`;
}

/** A number of at least 1, to three digits. */
function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value.toFixed(value < 99.95 ? 1 : 0);
}

/** How long ago something was, in one unit: `12 s ago`. A time in the future counts as now. */
export function formatAge(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1.5) return 'just now';
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** How long something lasted, in one unit: `15 s`, `3 days`. */
export function formatSpan(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 120 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** How long something took: `38 ms`, `1.2 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`;
}

/** `12 %`; small ones with one decimal. Only nothing at all is `0.0 %`. */
export function formatShare(share: number): string {
  const size = Math.abs(share);
  return size > 0 && size < 0.0005 ? 'under 0.1 %' : `${(share * 100).toFixed(size < 0.0995 ? 1 : 0)} %`;
}
