import type { QuotaRow } from '../quota-row.ts';
import { type LimitEffect, rateOf, sameEffect, strictest } from './effect.ts';
import { type LimitedHome, thingsOf } from './home.ts';
import { stretchAt } from './hours.ts';
import { type HandLimit, keyOfThing, type LimitReason, type LimitRule, type LimitThing } from './limit.ts';

/** What limits are decided from. `now` is Unix ms. */
export interface LimitFacts {
  rules: readonly LimitRule[];
  hand: readonly HandLimit[];
  quotas: readonly QuotaRow[];
  home: LimitedHome;
  now: number;
  timezone: string;
  /** Since when reasons hold that have no time of their own: Unix ms by key. */
  since: ReadonlyMap<string, number>;
}

/** What holds for one thing. */
export interface DecidedLimit {
  thing: LimitThing;
  /** Null: it is free, because a person allowed it. */
  effect: LimitEffect | null;
  /** Why; those of an allowance and of what makes it slow or paused. At least one. */
  reasons: readonly LimitReason[];
  /** What would hold if nobody had allowed it. */
  overruled: readonly LimitReason[];
}

export interface Decided {
  limits: DecidedLimit[];
  /** To be kept for the next time. */
  since: Map<string, number>;
}

/** Decides what is limited. The strictest of all reasons holds; what a person allows is beyond quotas and schedules until that ends. */
export function decideLimits(facts: LimitFacts): Decided {
  const since = new Map<string, number>();
  const things = new Map<string, { thing: LimitThing; reasons: LimitReason[] }>();
  for (const { thing, reason } of [...byHand(facts), ...bySchedule(facts, since), ...byQuota(facts, since)]) {
    const key = keyOfThing(thing);
    const known = things.get(key);
    if (known === undefined) things.set(key, { thing, reasons: [reason] });
    else known.reasons.push(reason);
  }
  const ownerOf = ownersIn(facts.home);
  const allowed = new Set([...things].flatMap(([key, { reasons }]) => (reasons.some(allows) ? [key] : [])));
  const limits = [...things.values()].map(({ thing, reasons }): DecidedLimit => {
    const owner = ownerOf(thing);
    const isAllowed = allowed.has(keyOfThing(thing)) || (owner !== null && allowed.has(keyOfThing(owner)));
    const ofOwner = owner === null || !reasons.some(allows) ? [] : heldByHand(things.get(keyOfThing(owner))?.reasons ?? []);
    const holding = isAllowed ? [...reasons.filter(({ by }) => by === 'hand'), ...ofOwner] : reasons;
    return {
      thing,
      effect: effectOf(holding),
      reasons: holding,
      overruled: isAllowed ? reasons.filter(({ by }) => by !== 'hand') : [],
    };
  });
  // A device of a user who is allowed everything has nothing to say of its own.
  return { limits: limits.filter(({ reasons }) => reasons.length > 0), since };
}

/** What people set for a user whom quotas or schedules limit more: what is allowed alone is left out of that limit, and held to this. */
const heldByHand = (reasons: readonly LimitReason[]): LimitReason[] =>
  isByHand(reasons) ? [] : reasons.filter((reason) => reason.by === 'hand' && !allows(reason));

/** Whether people alone make it as strict as it is: what is allowed is then among what they limit. */
export function isByHand(reasons: readonly LimitReason[]): boolean {
  const [all, byHand] = [effectOf(reasons), effectOf(reasons.filter(({ by }) => by === 'hand'))];
  return all !== null && byHand !== null && sameEffect(all, byHand);
}

const effectOf = (reasons: readonly LimitReason[]): LimitEffect | null =>
  strictest(reasons.flatMap(({ action }) => (action.kind === 'allow' ? [] : [action])));

const allows = ({ action }: LimitReason): boolean => action.kind === 'allow';

/** Says which user a device or peer belongs to. */
function ownersIn({ devices, peers }: LimitedHome): (thing: LimitThing) => LimitThing | null {
  const users = new Map([
    ...devices.map(({ id, user }) => [keyOfThing({ of: 'device', id }), user] as const),
    ...peers.map(({ publicKey, user }) => [keyOfThing({ of: 'peer', id: publicKey }), user] as const),
  ]);
  return (thing) => {
    const user = users.get(keyOfThing(thing));
    if (user === undefined) return null;
    return user === null ? { of: 'others', id: '' } : { of: 'user', id: user };
  };
}

interface FoundReason {
  thing: LimitThing;
  reason: LimitReason;
}

/**
 * A device that was limited under a MAC which is now among those of another is that one. A clock that was set back takes nothing away: what was
 * set "later" holds, too.
 */
function byHand({ hand, home, now }: LimitFacts): FoundReason[] {
  const firstOf = new Map(home.devices.flatMap(({ id, macs }) => macs.map((mac) => [mac, id] as const)));
  return hand
    .filter(({ until }) => until === null || until > now)
    .map(({ of, id, number, action, at, until, by }) => {
      const first = of === 'device' ? firstOf.get(id) : undefined;
      return { thing: { of, id: first ?? id }, reason: { by: 'hand', number, who: by, action, since: at, until } };
    });
}

function bySchedule({ rules, home, now, timezone, since: before }: LimitFacts, since: Map<string, number>): FoundReason[] {
  return rules.flatMap(({ name, of, effect, windows }) => {
    const stretch = windows === null ? { since: null, until: null } : stretchAt(windows, now, timezone);
    if (stretch === null) return [];
    const key = `rule ${name}`;
    if (stretch.since === null) since.set(key, before.get(key) ?? now);
    const reason = {
      by: 'schedule',
      rule: name,
      action: effect,
      until: stretch.until,
      since: stretch.since ?? since.get(key) ?? now,
    } as const;
    return thingsOf(of, home).map((thing) => ({ thing, reason }));
  });
}

/** Rates of quotas are of both directions, in bit/s. */
function byQuota({ quotas, now, since: before }: LimitFacts, since: Map<string, number>): FoundReason[] {
  return quotas.flatMap(({ quota, of, id, step, period: { endsAt: until } }) => {
    // What no single limit can hold; the configuration says so.
    if (of === 'home' || of === 'uplink') return [];
    const reached = quota.steps.filter(({ share }) => share <= step);
    return reached.flatMap(({ share, actions }) =>
      actions.flatMap((action): FoundReason[] => {
        if (action.kind === 'notify') return [];
        const key = `quota ${quota.name} ${share} ${until ?? 'rolling'} ${of} ${id}`;
        const first = before.get(key) ?? now;
        since.set(key, first);
        const effect: LimitEffect = action.kind === 'block' ? { kind: 'pause' } : slowTo(action.rate);
        return [{ thing: { of, id }, reason: { by: 'quota', quota: quota.name, share, action: effect, since: first, until } }];
      }),
    );
  });
}

/** `rate` in bit/s, for both directions. */
export function slowTo(rate: number): LimitEffect {
  const bytes = rateOf(rate);
  return { kind: 'slow', download: bytes, upload: bytes };
}

/** The reason that decides what holds: the first of the strictest. */
export function decidingReason({ effect, reasons }: Pick<DecidedLimit, 'effect' | 'reasons'>): LimitReason | null {
  const decides = ({ action }: LimitReason): boolean => {
    if (effect === null) return action.kind === 'allow';
    if (effect.kind === 'pause' || action.kind !== 'slow') return action.kind === effect.kind;
    return (effect.download !== null && action.download === effect.download) || (effect.upload !== null && action.upload === effect.upload);
  };
  return reasons.find(decides) ?? reasons[0] ?? null;
}
