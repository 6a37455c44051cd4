const PREFIXES = ['', 'k', 'M', 'G', 'T'];

/**
 * Bits per second of a text: `1Gbit`, `300 Mbit/s`, `2.5Gbps`, or a plain number. Bytes are refused: `MB` is often meant as Mbit. Of another
 * text, what is wrong with it and what to do.
 */
export function readRate(text: string): number | string {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgt]?)(?:bit(?:\/s)?|bps))?$/i.exec(text);
  if (match === null || text.endsWith('Bps')) return 'is not a rate; use for example 1Gbit or 300Mbit';
  const power = PREFIXES.findIndex((prefix) => prefix.toLowerCase() === (match[2] ?? '').toLowerCase());
  const rate = Math.round(Number(match[1]) * 1000 ** power);
  return rate < 1000 || rate > 1e13 ? 'is outside the range of line rates; use a rate between 1kbit and 10Tbit' : rate;
}

/** Bits per second with a unit. */
export function formatRate(rate: number): string {
  const power = Math.min(Math.floor(Math.log10(rate) / 3), PREFIXES.length - 1);
  return `${Number((rate / 1000 ** power).toPrecision(6))} ${PREFIXES[power]}bit/s`;
}

/** Seconds of each unit of a duration, the longest first. */
export const SECONDS = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 } as const;
const DURATION = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/** Seconds of `5m`, `1h30m`, `30d` or a plain number of seconds; null for another text. */
export function readDuration(text: string): number | null {
  const parts = text === '' ? null : DURATION.exec(/^\d+$/.test(text) ? `${text}s` : text);
  return parts === null ? null : Object.values(SECONDS).reduce((sum, size, index) => sum + size * Number(parts[index + 1] ?? 0), 0);
}
