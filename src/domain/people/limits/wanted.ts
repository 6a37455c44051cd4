import type { DecidedLimit } from './decide.ts';
import type { LimitEffect } from './effect.ts';
import type { LimitedDevice, LimitedHome, LimitedPeer, LimitingRouter } from './home.ts';
import { idOf, keyOfThing, type LimitReason, type LimitThing } from './limit.ts';

/** One limit as a router is asked for it: all its members share one budget. */
export interface WantedLimit {
  id: string;
  thing: LimitThing;
  effect: LimitEffect;
  macs: readonly string[];
  ips: readonly string[];
}

/** What one router is asked for. */
export interface WantedOnRouter {
  router: string;
  limits: readonly WantedLimit[];
  /** Things that there was no room for. */
  left: readonly LimitThing[];
}

/** What one request may hold. */
export const MOST_LIMITS = 256;
export const MOST_MEMBERS = 4096;

/** What each router is asked for. A limit that has no member there is not sent there. */
export function wantedLimits(limits: readonly DecidedLimit[], home: LimitedHome): WantedOnRouter[] {
  const belonging = belongingIn(limits, home);
  return home.routers.map((router) => wantedOn(router, limits, belonging));
}

/** What belongs to a thing: MACs of devices, and peers. */
type BelongingTo = (limit: DecidedLimit) => { macs: readonly string[]; peers: readonly LimitedPeer[] };

function wantedOn(router: LimitingRouter, limits: readonly DecidedLimit[], belonging: BelongingTo): WantedOnRouter {
  const wanted: WantedLimit[] = [];
  const left: LimitThing[] = [];
  let members = 0;
  for (const limit of limits) {
    const { thing, effect } = limit;
    if (effect === null) continue;
    const { macs, ips } = membersOn(router, belonging(limit));
    const size = macs.length + ips.length;
    if (size === 0) continue;
    if (wanted.length === MOST_LIMITS || members + size > MOST_MEMBERS) {
      left.push(thing);
      continue;
    }
    members += size;
    wanted.push({ id: idOf(thing), thing, effect, macs, ips });
  }
  return { router: router.name, limits: wanted.sort((a, b) => (a.id < b.id ? -1 : 1)), left };
}

function membersOn({ name, passesDevices, addresses }: LimitingRouter, { macs: all, peers }: ReturnType<BelongingTo>) {
  const macs = passesDevices ? all : [];
  const inTunnel = peers.filter(({ router }) => router === name).flatMap((peer) => peer.addresses);
  const ips = [...macs.flatMap((mac) => addresses.get(mac) ?? []), ...inTunnel];
  return { macs: [...new Set(macs)].sort(), ips: [...new Set(ips)].sort() };
}

/** What a person allows to a device or peer, no quota or schedule of its user takes away. */
function belongingIn(limits: readonly DecidedLimit[], { devices, peers }: LimitedHome): BelongingTo {
  const allowed = new Set(limits.flatMap(({ thing, reasons }) => (reasons.some(isAllowance) ? [keyOfThing(thing)] : [])));
  const devicesOf = new Map<string | null, LimitedDevice[]>();
  for (const device of devices) {
    const own = devicesOf.get(device.user);
    if (own === undefined) devicesOf.set(device.user, [device]);
    else own.push(device);
  }
  const ofUser = (user: string | null, all: boolean) => {
    const isHeld = (thing: LimitThing) => all || !allowed.has(keyOfThing(thing));
    const held = (devicesOf.get(user) ?? []).filter(({ id }) => isHeld({ of: 'device', id }));
    return {
      macs: held.flatMap(({ macs }) => macs),
      peers: peers.filter((peer) => peer.user === user && isHeld({ of: 'peer', id: peer.publicKey })),
    };
  };
  return ({ thing: { of, id }, reasons }) => {
    const byHand = reasons.some(({ by }) => by === 'hand');
    switch (of) {
      case 'device':
        // One of the configuration that no router has shown yet is its MAC alone.
        return { macs: devices.find((device) => device.id === id)?.macs ?? [id], peers: [] };
      case 'peer':
        return { macs: [], peers: peers.filter(({ publicKey }) => publicKey === id) };
      case 'user':
        return ofUser(id, byHand);
      case 'others':
        return ofUser(null, byHand);
      default:
        return of satisfies never;
    }
  };
}

const isAllowance = ({ action }: LimitReason): boolean => action.kind === 'allow';
