import type { Day } from '../calendar.ts';
import type { Direction, Used } from '../traffic.ts';
import { ON_PEAK } from './tariffs.ts';

/** How much may be used of something in a time. */
export interface Quota {
  name: string;
  of: QuotaOf;
  /** Bytes in a period. */
  limit: number;
  direction: 'both' | Direction;
  /** Only bytes of this tariff; null: those of all, each by its share. */
  tariff: string | null;
  per: QuotaPer;
  /** What was left of a period's own limit is added to the next one. */
  rollover: boolean;
  /** Bytes that were bought for the period which the day is in. */
  bonus: readonly { day: Day; bytes: number }[];
  /** In ascending order of their shares. */
  steps: readonly QuotaStep[];
}

/** What a quota is of. `each`: one quota for each. A name is that of the configuration, or a MAC, public key or name of a peer. */
export type QuotaOf =
  | { kind: 'home' }
  | { kind: 'uplink'; router: string; interface: string | null }
  | { kind: 'user'; name: string }
  | { kind: 'each user' }
  | { kind: 'device'; name: string }
  | { kind: 'each device'; user: string | null }
  | { kind: 'peer'; name: string }
  | { kind: 'each peer' }
  | { kind: 'others' };

export const QUOTA_PERS = ['hour', 'day', 'week', 'month', '24h', '30d'] as const;
/** `24h` and `30d` are rolling: the running hour or day, and those before it. */
export type QuotaPer = (typeof QUOTA_PERS)[number];

export const isRolling = (per: QuotaPer): boolean => per === '24h' || per === '30d';

/** Whether its figures tell at what time of the day, or on which day, something was used. */
export const tellsTimes = ({ per, tariff }: Pick<Quota, 'per' | 'tariff'>): boolean =>
  tariff !== null || per === 'hour' || per === 'day' || per === '24h';

/** Whether bytes can be bought for a period: it ends, and has a date of its own. */
export const takesBonus = (per: QuotaPer): boolean => per !== 'hour' && !isRolling(per);

/** What happens at a share of the limit. */
interface QuotaStep {
  /** 0.75 is 75 %. */
  share: number;
  actions: readonly QuotaAction[];
}

/** `rate` in bit/s. */
export type QuotaAction = { kind: 'notify' } | { kind: 'slow'; rate: number } | { kind: 'block' };

/** Bytes of something in a period, and those of tariffs among them. */
export interface TariffedBytes {
  bytes: Used;
  tariffs: readonly { name: string; counts: number; bytes: Used }[];
}

/**
 * What counts towards a quota. Bytes without a direction count in quotas of both. Bytes of a tariff count by its share, rounded down for each tariff and share as a whole; in a quota of one
 * tariff they count in full.
 */
export function usedOf({ direction, tariff }: Pick<Quota, 'direction' | 'tariff'>, { bytes, tariffs }: TariffedBytes): number {
  const measure = measureOf(direction);
  if (tariff !== null && tariff !== ON_PEAK) {
    return tariffs.reduce((sum, part) => sum + (part.name === tariff ? measure(part.bytes) : 0), 0);
  }
  const onPeak = tariffs.reduce((left, part) => left - measure(part.bytes), measure(bytes));
  if (tariff === ON_PEAK) return onPeak;
  return tariffs.reduce((sum, part) => sum + Math.floor(measure(part.bytes) * part.counts), onPeak);
}

function measureOf(direction: Quota['direction']): (bytes: Used) => number {
  switch (direction) {
    case 'both':
      return ({ total }) => total;
    case 'download':
      return ({ directed }) => directed?.download ?? 0;
    case 'upload':
      return ({ directed }) => directed?.upload ?? 0;
    default:
      return direction satisfies never;
  }
}

/** How a quota stands. Bytes. */
export interface QuotaStanding {
  /** With what was carried over and bought. */
  limit: number;
  carried: number;
  bonus: number;
  used: number;
  left: number;
  /** The share of the highest step that is reached; 0 = none. */
  step: number;
}

/**
 * `before`: what was used in the period before, if it was counted. Its own limit was used up first, so what was carried into it is never
 * carried on.
 */
export function standingOf(quota: Quota, used: number, before: number | null, bonus: number): QuotaStanding {
  const carried = quota.rollover && before !== null ? Math.max(0, quota.limit - before) : 0;
  const limit = quota.limit + carried + bonus;
  const step = quota.steps.reduce((highest, { share }) => (used >= share * limit ? share : highest), 0);
  return { limit, carried, bonus, used, left: Math.max(0, limit - used), step };
}

/** What was bought for the days from `start` (inclusive) to `end` (exclusive). */
export const bonusIn = (bonuses: readonly { day: Day; bytes: number }[], start: Day, end: Day): number =>
  bonuses.reduce((sum, { day, bytes }) => sum + (day >= start && day < end ? bytes : 0), 0);
