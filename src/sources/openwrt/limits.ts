import type { LimitEffect, StandingLimit } from '../../domain/people/limits/effect.ts';

/** More than a router is ever asked for. */
const MOST_LIMITS = 512;

const LINE = /^limit ([a-z0-9_]{1,32}) (slow|pause) (\d{1,12}|-) (\d{1,12}|-) (\d{1,9}) (\d{1,15}) (\d{1,15})$/;

/** Parses the limits that stand on a router; see docs/formats/wrtmeter-cgi.md for the format. A line that makes no sense is not a limit. */
export function parseLimits(lines: readonly string[]): StandingLimit[] {
  const found = new Map<string, StandingLimit>();
  for (const line of lines.slice(0, MOST_LIMITS)) {
    const [, id, kind, down = '', up = '', expiresIn, download, upload] = LINE.exec(line) ?? [];
    if (id === undefined || found.has(id)) continue;
    const effect: LimitEffect = kind === 'pause' ? { kind } : { kind: 'slow', download: rate(down), upload: rate(up) };
    found.set(id, { id, effect, expiresIn: Number(expiresIn), dropped: { download: Number(download), upload: Number(upload) } });
  }
  return [...found.values()];
}

const rate = (field: string): number | null => (field === '-' ? null : Number(field));
