import type { UsageAnswer } from './usage.ts';

/** The bytes of one uplink, device, host, station or peer in one stretch of time. */
export interface UsageLine {
  kind: string;
  router: string | null;
  interface: string | null;
  mac: string | null;
  name: string | null;
  user: string | null;
  /** A date, or a local time with its offset for hours. */
  start: string;
  /** Empty where nothing was counted with its direction. */
  download_bytes: number | null;
  upload_bytes: number | null;
  /** Of a host whose MAC is not known. */
  ip: string | null;
  /** Of a WireGuard peer. */
  public_key: string | null;
  /** Of a device: both directions in one figure. */
  undirected_bytes: number | null;
  /** All bytes, each once. */
  total_bytes: number;
}

export const USAGE_COLUMNS = [
  'kind',
  'router',
  'interface',
  'mac',
  'name',
  'user',
  'start',
  'download_bytes',
  'upload_bytes',
  'ip',
  'public_key',
  'undirected_bytes',
  'total_bytes',
] as const;

/** An answer as lines, the oldest first. */
export function usageLines({ series }: Pick<UsageAnswer, 'series'>): UsageLine[] {
  const lines = series.flatMap(({ kind, router, interface: name, mac, name: called, user, ip, public_key, buckets }) =>
    buckets.map((bucket) => ({ kind, router, interface: name, mac, name: called, user, ...bucket, ip, public_key })),
  );
  const times = new Map(lines.map(({ start }) => [start, Date.parse(start)]));
  return lines.sort((a, b) => (times.get(a.start) ?? 0) - (times.get(b.start) ?? 0));
}

/** A record of RFC 4180, with its line end. */
export const csvRecord = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

const FORMULA = /(?<=^|;)[\s"]*[=+\-@＝＋－＠]/gu;

/**
 * Names come from anyone on the network, and a spreadsheet reads a cell that starts with `=`, `+`, `-` or `@` as a formula: an
 * apostrophe before it makes it text. Where the decimal sign is a comma, spreadsheets split at `;`, even inside quotes that do not begin
 * their cell, so a part after one is a cell too. Control characters, such as tabs, are left out.
 */
function csvCell(cell: string | number | null): string {
  if (typeof cell === 'number') return String(cell);
  const text = (cell ?? '').replace(/\p{C}|\p{Zl}|\p{Zp}/gu, '').replace(FORMULA, "'$&");
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
