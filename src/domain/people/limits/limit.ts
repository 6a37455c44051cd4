import type { QuotaOf } from '../quota.ts';
import type { Window } from '../tariffs.ts';
import type { LimitAction, LimitEffect } from './effect.ts';

/** What a rule can be of: what quotas can, without the home and its uplinks, which no single limit can hold. */
export type LimitOf = Exclude<QuotaOf, { kind: 'home' } | { kind: 'uplink' }>;

/** A limit of the configuration. */
export interface LimitRule {
  name: string;
  of: LimitOf;
  effect: LimitEffect;
  /** The hours of the week in which it holds; null: always. */
  windows: readonly Window[] | null;
}

export const WHILE_PAUSED = ['dns', 'router'] as const;
/** What a paused device may still reach: names (DNS) on the router, and the router itself. */
type WhilePaused = (typeof WHILE_PAUSED)[number];

/** What the configuration says of limits. */
export interface LimitsConfig {
  /** Seconds after which a limit ends by itself if the meter does not ask for it again. */
  expire: number;
  whilePaused: readonly WhilePaused[];
  rules: readonly LimitRule[];
}

export const USUAL_LIMITS: LimitsConfig = { expire: 6 * 3600, whilePaused: WHILE_PAUSED, rules: [] };

/** One thing that is limited: a user (all of its devices and peers share one budget), a device, a peer, or `others`. */
export interface LimitThing {
  of: 'user' | 'device' | 'peer' | 'others';
  /** A name of the configuration, the first MAC or the public key; empty for others. */
  id: string;
}

/** What a person has decided about a thing; there is one for each thing at most. Times are Unix ms. */
export interface NewHandLimit extends LimitThing {
  action: LimitAction;
  at: number;
  /** Null: until it is cleared. */
  until: number | null;
  /** Who decided it and how, for people. */
  by: string;
}

/** One that the ledger has. */
export interface HandLimit extends NewHandLimit {
  /** Never given to another one. */
  number: number;
}

/** Why something is limited or allowed. Times are Unix ms; `since` null: always, `until` null: no end is known. */
export type LimitReason = { since: number | null; until: number | null } & (
  | { by: 'quota'; quota: string; share: number; action: LimitEffect }
  | { by: 'schedule'; rule: string; action: LimitEffect }
  | { by: 'hand'; number: number; who: string; action: LimitAction }
);

export const keyOfThing = ({ of, id }: LimitThing): string => `${of} ${id}`;

/**
 * The name of a thing's limit on routers: up to 32 of a-z, 0-9 and `_`, the same at all times, and not that of another thing. A key is
 * shortened to 120 of its bits.
 */
export function idOf({ of, id }: LimitThing): string {
  switch (of) {
    case 'others':
      return 'others';
    case 'device':
      return `device_${id.replaceAll(':', '')}`;
    case 'peer':
      return `p_${hex(Uint8Array.from(atob(id), (c) => c.charCodeAt(0)).subarray(0, 15))}`;
    case 'user':
      return /^[a-z0-9_]{1,27}$/.test(id) ? `user_${id}` : `named_${hash(id)}`;
    default:
      return of satisfies never;
  }
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** FNV-1a, 64 bits: names of users are the owner's own, so nobody makes two with one hash. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return value.toString(16).padStart(16, '0');
}
