import { isIP } from 'node:net';
import { type Day, dayOf, monthOf, startOfDay } from '../../domain/calendar.ts';
import { parseMac } from '../../domain/mac.ts';
import { cleanName } from '../../domain/name.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { quote } from '../../errors.ts';
import type { Foreign } from '../storage/foreign.ts';
import type { Row } from '../storage/sqlite.ts';
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
  names: ImportedName[];
  leftOut: LeftOut[];
}

const TABLES = ['monthly_stats', 'cumulative_stats', 'dhcp_leases'] as const;

export const isClassic = ({ tables }: Foreign): boolean => TABLES.some((table) => tables.has(table));

/** Their names for the uplink and for a name that nobody knows. */
const UPLINK = 'main_wan';
const NAMELESS = new Set(['', '*', 'unknown']);

// As text, because the driver would round what is above 2⁵³; and only where a number is stored.
const counters =
  "CASE typeof(rx_bytes) WHEN 'integer' THEN CAST(rx_bytes AS TEXT) END AS rx, CASE typeof(tx_bytes) WHEN 'integer' THEN CAST(tx_bytes AS TEXT) END AS tx";
const SQL = {
  monthly_stats: `SELECT CAST(id AS TEXT) AS id, CAST(timestamp AS TEXT) AS time, ${counters} FROM monthly_stats`,
  cumulative_stats: `SELECT CAST(id AS TEXT) AS id, NULL AS time, ${counters} FROM cumulative_stats`,
  dhcp_leases: 'SELECT CAST(mac_address AS TEXT) AS mac, CAST(hostname AS TEXT) AS name, CAST(ip_address AS TEXT) AS ip FROM dhcp_leases',
};

/**
 * Reads `network_stats.db` and `dhcp_leases.db` of the classic collectors. Their rx is what the access point received (a device's
 * upload) but what the uplink received (the home's download); times are local. `now` is Unix ms.
 */
export async function readClassic(files: readonly Foreign[], timezone: string, now: number): Promise<Classic> {
  const rows = async (table: (typeof TABLES)[number]): Promise<Row[]> => {
    const found = await Promise.all(files.map((file) => (file.tables.has(table) ? file.all(SQL[table]) : [])));
    return found.flat();
  };
  return parseClassic(await rows('monthly_stats'), await rows('cumulative_stats'), await rows('dhcp_leases'), timezone, now);
}

export function parseClassic(months: readonly Row[], raw: readonly Row[], leases: readonly Row[], timezone: string, now: number): Classic {
  const found: Classic = { months: [], counters: new Map(), names: [], leftOut: [] };
  const refuse = (row: Row, why: string) => found.leftOut.push({ what: quote(String(row.id ?? ''), 20), bytes: null, why });
  for (const row of months) {
    const id = identity(row);
    const bytes = bytesOf(row, id?.mac ?? null);
    const at = localInstant(String(row.time ?? ''), timezone);
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
    if (id !== null && bytes !== null) found.counters.set(id.mac, bytes);
  }
  for (const { mac: address, name, ip } of leases) {
    const mac = parseMac(String(address ?? '').trim());
    const text = String(name ?? '');
    const clean = NAMELESS.has(text.trim().toLowerCase()) ? null : cleanName(text);
    if (mac !== null) found.names.push({ mac, name: clean, ip: isIP(String(ip ?? '')) === 0 ? null : String(ip) });
  }
  return found;
}

const EARLIEST = Date.UTC(2015, 0, 1);

function identity({ id }: Row): { mac: string | null } | null {
  if (id === UPLINK) return { mac: null };
  const mac = parseMac(String(id ?? '').trim());
  return mac === null ? null : { mac };
}

function bytesOf({ rx, tx }: Row, mac: string | null): Traffic | null {
  const [received, sent] = [wholeBytes(rx), wholeBytes(tx)];
  if (received === null || sent === null) return null;
  return mac === null ? { download: received, upload: sent } : { download: sent, upload: received };
}

/** Unix ms from which the bytes after a device's last poll flow: its own last poll, or before the month if it had none in it. */
export const lastPolled = (months: readonly ClassicMonth[], mac: string | null, latest: number, timezone: string): number =>
  months.find((month) => month.mac === mac)?.at ?? startOfDay(monthOf(dayOf(latest, timezone), { day: 1 }).start, timezone);
