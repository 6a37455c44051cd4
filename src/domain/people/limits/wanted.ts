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
  /** Things that there was no room for, or not for all that belongs to them. */
  left: readonly LimitThing[];
}

/** What one request may hold. */
export const MOST_LIMITS = 256;
export const MOST_MEMBERS = 4096;

/** What each router is asked for. A limit that has no member there is not sent there. */
export function wantedLimits(limits: readonly DecidedLimit[], home: LimitedHome): WantedOnRouter[] {
  const belonging = belongingIn(limits, home);
  const inOrder = ownFirst(limits, home);
  return home.routers.map((router) => wantedOn(router, inOrder, belonging));
}

/** Invented devices take no room from what people and the configuration name. */
function ownFirst(limits: readonly DecidedLimit[], { devices }: LimitedHome): DecidedLimit[] {
  const configured = new Set(devices.flatMap(({ id, isConfigured }) => (isConfigured ? [id] : [])));
  const isOwn = ({ thing: { of, id }, reasons }: DecidedLimit) =>
    of !== 'device' || configured.has(id) || reasons.some(({ by }) => by === 'hand');
  return [...limits.filter(isOwn), ...limits.filter((limit) => !isOwn(limit))];
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
    const room = wanted.length === MOST_LIMITS ? 0 : MOST_MEMBERS - members;
    const { macs, ips, isWhole } = membersOn(router, belonging(limit), room);
    if (!isWhole) left.push(thing);
    const size = macs.length + ips.length;
    if (size === 0) continue;
    members += size;
    wanted.push({ id: idOf(thing), thing, effect, macs, ips });
  }
  return { router: router.name, limits: wanted.sort((a, b) => (a.id < b.id ? -1 : 1)), left };
}

/** As many as there is room for: first peers, then the devices that the router shows now. The others may be invented. */
function membersOn({ name, passesDevices, addresses }: LimitingRouter, { macs: all, peers }: ReturnType<BelongingTo>, room: number) {
  const of = new Set(passesDevices ? all : []);
  const isHere = (mac: string) => addresses.has(mac);
  const inOrder = [...[...of].filter(isHere), ...[...of].filter((mac) => !isHere(mac))];
  const macs: string[] = [];
  const ips = new Set<string>();
  let isWhole = true;
  for (const { mac, own } of [
    ...peers.filter(({ router }) => router === name).map((peer) => ({ mac: null, own: peer.addresses })),
    ...inOrder.map((mac) => ({ mac, own: addresses.get(mac) ?? [] })),
  ]) {
    if (macs.length + ips.size + own.length + (mac === null ? 0 : 1) > room) isWhole = false;
    else {
      if (mac !== null) macs.push(mac);
      for (const ip of own) ips.add(ip);
    }
  }
  return { macs: macs.sort(), ips: [...ips].sort(), isWhole };
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
