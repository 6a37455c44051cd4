/** What a limit does on a router. Rates in bytes per second; null: not limited in this direction. At least one is not null. */
export type LimitEffect = { kind: 'slow'; download: number | null; upload: number | null } | { kind: 'pause' };

/** What a person can decide. `allow`: neither quotas nor schedules limit it. */
export type LimitAction = LimitEffect | { kind: 'allow' };

/** What a router can hold: a small packet a second, up to what its kernel computes with. */
const [LEAST_RATE, MOST_RATE] = [125, 9_999_999_999];

/** Bytes per second of bits per second, as a router can hold it. */
export const rateOf = (bits: number): number => Math.min(MOST_RATE, Math.max(LEAST_RATE, Math.floor(bits / 8)));

/** What holds where several effects do: a pause, or the lower rate in each direction; null for none. */
export function strictest(effects: readonly LimitEffect[]): LimitEffect | null {
  const slow = effects.flatMap((effect) => (effect.kind === 'slow' ? [effect] : []));
  if (slow.length < effects.length) return { kind: 'pause' };
  if (slow.length === 0) return null;
  return { kind: 'slow', download: lowest(slow.map(({ download }) => download)), upload: lowest(slow.map(({ upload }) => upload)) };
}

function lowest(rates: readonly (number | null)[]): number | null {
  const known = rates.filter((rate) => rate !== null);
  return known.length === 0 ? null : Math.min(...known);
}

export const sameEffect = (one: LimitEffect, other: LimitEffect): boolean =>
  one.kind === 'pause' || other.kind === 'pause' ? one.kind === other.kind : one.download === other.download && one.upload === other.upload;

/** A limit that stands on a router, as the router shows it. */
export interface StandingLimit {
  id: string;
  effect: LimitEffect;
  /** Seconds until it ends by itself. */
  expiresIn: number;
  /** Bytes that it held back since it was made, as the device sees them. */
  dropped: { download: number; upload: number };
}
