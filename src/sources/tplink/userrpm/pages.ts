import { SourceError } from '../../../errors.ts';
import type { SourceReading } from '../../source.ts';
import { namesOf, notUnderstood, sumMachines } from '../reading.ts';

/** Values of each row of the statistics, and of the list of leases. */
const STATISTICS_ROW = 13;
const LEASE_ROW = 4;
const MOST_CHARACTERS = 512 * 1024;

/** The rows of an array in a page, which ends with two zeros. Throws a SourceError. */
export function rowsOf(page: string, name: string, width: number): (string | number)[][] {
  if (page.length > MOST_CHARACTERS) throw new SourceError('too_large', `the page has more than ${MOST_CHARACTERS} characters`);
  const start = new RegExp(`\\bvar\\s+${name}\\s*=\\s*new\\s+Array\\s*\\(`).exec(page);
  if (start === null) throw notUnderstood(page, `a page with ${name}`);
  const rest = page.slice(start.index + start[0].length);
  const end = /\)\s*;/.exec(rest);
  if (end === null) throw new SourceError('truncated', `the page is cut short: its ${name} does not end`);
  const values = valuesOf(rest.slice(0, end.index));
  if (values === null || values.length % width !== 2 || values.at(-1) !== 0 || values.at(-2) !== 0)
    throw new SourceError('parse', `expected rows of ${width} values in ${name}, and got something else`);
  return Array.from({ length: (values.length - 2) / width }, (_, i) => values.slice(i * width, (i + 1) * width));
}

function valuesOf(text: string): (string | number)[] | null {
  try {
    const values: unknown = JSON.parse(`[${text}]`);
    const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
    return Array.isArray(values) && values.every(isPlain) ? values : null;
  } catch {
    return null;
  }
}

/** The counters of `SystemStatisticRpm.htm`. */
export function statisticsOf(page: string, bits: 32 | 64): SourceReading {
  const rows = rowsOf(page, 'statList', STATISTICS_ROW);
  return sumMachines(
    rows.map(([, ip, mac, packets, bytes]) => ({ ip, mac, packets, bytes })),
    bits,
  );
}

/** The names of `AssignedIpAddrListRpm.htm`. `now` is Unix ms. */
export function leasesOf(page: string, now: number): SourceReading {
  const rows = rowsOf(page, 'DHCPDynList', LEASE_ROW);
  return namesOf(rows.map(([name, mac, ip, left]) => ({ name, mac, ip, expiry: expiryOf(String(left), now) })));
}

function expiryOf(left: string, now: number): number {
  const [, hours, minutes, seconds] = /^(\d{1,4}):(\d\d):(\d\d)$/.exec(left) ?? [];
  return hours === undefined ? 0 : Math.round(now / 1000) + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
