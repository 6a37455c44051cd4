import { isIP } from 'node:net';
import { type Day, dayOf, monthOf, startOfDay } from '../../domain/calendar.ts';
import { parseMac } from '../../domain/mac.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { quote } from '../../errors.ts';
import type { Foreign, ForeignColumn, ForeignRow } from '../storage/import/foreign.ts';
import { type ImportedName, type LeftOut, wholeBytes } from './figures.ts';
import { localInstant } from './local-time.ts';

/** A row of `monthly_stats`: what a device, or the uplink, moved in the month of the time. */
export interface ClassicMonth {
  /** A MAC, or null for the uplink. */
  mac: string | null;
  bytes: Traffic;
  /** Unix ms of the last poll that had it. */
  at: number;
  from: Day;
  /** Exclusive. */
  to: Day;
}

/** What the databases of the Python or Go collector hold. */
export interface Classic {
  months: ClassicMonth[];
  /** The last raw counters, by MAC; null for the uplink. */
  counters: Map<string | null, Traffic>;
  /** Those of which the files show different ones: which is the last is unknown. */
  ambiguous: Set<string | null>;
  names: ImportedName[];
  leftOut: LeftOut[];
}

const text = (column: string): ForeignColumn => ({ column, as: 'text' });
const wholeNumber = (column: string): ForeignColumn => ({ column, as: 'whole number' });
const COUNTERS = { id: text('id'), rx: wholeNumber('rx_bytes'), tx: wholeNumber('tx_bytes') };

/** Their tables, and the columns that are read of each. */
const TABLES = {
  monthly_stats: { ...COUNTERS, time: text('timestamp') },
  cumulative_stats: COUNTERS,
  dhcp_leases: { mac: text('mac_address'), name: text('hostname'), ip: text('ip_address') },
};
type RowOf<Table extends keyof typeof TABLES> = ForeignRow<keyof (typeof TABLES)[Table] & string>;

export const isClassic = ({ tables }: Foreign): boolean => Object.keys(TABLES).some((table) => tables.has(table));

/** Their names for the uplink and for a name that nobody knows. */
const UPLINK = 'main_wan';
const NAMELESS = new Set(['', '*', 'unknown']);

/**
 * Reads `network_stats.db` and `dhcp_leases.db` of the classic collectors. Their rx is what the access point received (a device's
 * upload) but what the uplink received (the home's download); times are local. `now` is Unix ms.
 */
export async function readClassic(files: readonly Foreign[], timezone: string, now: number): Promise<Classic> {
  const rows = async <Name extends string>(table: string, columns: Record<Name, ForeignColumn>): Promise<ForeignRow<Name>[]> =>
    (await Promise.all(files.map((file) => file.rows(table, columns)))).flat();
  const { monthly_stats, cumulative_stats, dhcp_leases } = TABLES;
  const months = await rows('monthly_stats', monthly_stats);
  const raw = await rows('cumulative_stats', cumulative_stats);
  return parseClassic(months, raw, await rows('dhcp_leases', dhcp_leases), timezone, now);
}

function parseClassic(
  months: readonly RowOf<'monthly_stats'>[],
  raw: readonly RowOf<'cumulative_stats'>[],
  leases: readonly RowOf<'dhcp_leases'>[],
  timezone: string,
  now: number,
): Classic {
  const found: Classic = { months: [], counters: new Map(), ambiguous: new Set(), names: [], leftOut: [] };
  const refuse = (row: CounterRow, why: string) => found.leftOut.push({ what: quote(row.id ?? '', 20), bytes: null, why });
  for (const row of months) {
    const id = identity(row);
    const bytes = bytesOf(row, id?.mac ?? null);
    const at = localInstant(row.time ?? '', timezone);
    if (id === null) refuse(row, `neither a MAC nor ${UPLINK}`);
    else if (bytes === null) refuse(row, 'its month has no byte counts');
    else if (at === null) refuse(row, `${quote(String(row.time ?? ''), 30)} is not a time, so its month is unknown`);
    else if (at < EARLIEST || at > now) refuse(row, `${quote(String(row.time), 30)} cannot be right, so its month is unknown`);
    else {
      const day = dayOf(at, timezone);
      found.months.push({ mac: id.mac, bytes, at, from: monthOf(day, { day: 1 }).start, to: day + 1 });
    }
  }
  for (const row of raw) {
    const id = identity(row);
    const bytes = bytesOf(row, id?.mac ?? null);
    if (id === null || bytes === null) continue;
    const other = found.counters.get(id.mac);
    if (other !== undefined && (other.download !== bytes.download || other.upload !== bytes.upload)) found.ambiguous.add(id.mac);
    found.counters.set(id.mac, bytes);
  }
  for (const { mac: address, name, ip } of leases) {
    const mac = parseMac((address ?? '').trim());
    const given = name ?? '';
    const clean = NAMELESS.has(given.trim().toLowerCase()) ? null : cleanName(given);
    if (mac !== null) found.names.push({ mac, name: clean, ip: isIP(ip ?? '') === 0 ? null : ip });
  }
  return found;
}

type CounterRow = RowOf<'cumulative_stats'>;

const EARLIEST = Date.UTC(2015, 0, 1);

function identity({ id }: CounterRow): { mac: string | null } | null {
  if (id === UPLINK) return { mac: null };
  const mac = parseMac((id ?? '').trim());
  return mac === null ? null : { mac };
}

function bytesOf({ rx, tx }: CounterRow, mac: string | null): Traffic | null {
  const [received, sent] = [wholeBytes(rx), wholeBytes(tx)];
  if (received === null || sent === null) return null;
  return mac === null ? { download: received, upload: sent } : { download: sent, upload: received };
}

/** Unix ms from which the bytes after a device's last poll flow: its own last poll, or before the month if it had none in it. */
export const lastPolled = (months: readonly ClassicMonth[], mac: string | null, latest: number, timezone: string): number =>
  months.find((month) => month.mac === mac)?.at ?? startOfDay(monthOf(dayOf(latest, timezone), { day: 1 }).start, timezone);
