import { isMac } from '../../mac.ts';
import { MOST_ADDRESSES } from './addresses.ts';
import { type DecidedLimit, isByHand } from './decide.ts';
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
  /** Whether people or the configuration name it: nobody makes more of those by inventing devices or peers. */
  isNamed: boolean;
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

/**
 * What each router is asked for. A limit that has no member there is not sent there. Where there is no room for all limits, those that people
 * name stay before those of each device or peer, and pauses before rates; a limit of many devices is cut, and never left out whole for that.
 */
export function wantedLimits(limits: readonly DecidedLimit[], home: LimitedHome): WantedOnRouter[] {
  const belonging = belongingIn(limits, home);
  const isNamed = namedIn(home);
  const inOrder = limits
    .flatMap((limit) => (limit.effect === null ? [] : [{ ...limit, effect: limit.effect, isNamed: isNamed(limit) }]))
    .map((limit) => ({ limit, rank: (limit.isNamed ? 0 : 2) + (limit.effect.kind === 'pause' ? 0 : 1) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ limit }) => ({ ...limit, ...belonging(limit) }));
  return home.routers.map((router) => wantedOn(router, inOrder));
}

/** Invented devices and peers take no room from what people and the configuration name. */
function namedIn({ devices, peers }: LimitedHome): (limit: DecidedLimit) => boolean {
  const configured = new Set([
    ...devices.flatMap(({ id, isConfigured }) => (isConfigured ? [keyOfThing({ of: 'device', id })] : [])),
    ...peers.flatMap(({ publicKey, isConfigured }) => (isConfigured ? [keyOfThing({ of: 'peer', id: publicKey })] : [])),
  ]);
  return ({ thing, reasons }) =>
    thing.of === 'user' || thing.of === 'others' || configured.has(keyOfThing(thing)) || reasons.some(({ by }) => by === 'hand');
}

/** What belongs to a thing: MACs of devices, and peers. */
interface Belonging {
  devices: readonly LimitedDevice[];
  peers: readonly LimitedPeer[];
}

type OrderedLimit = DecidedLimit & Belonging & { effect: LimitEffect; isNamed: boolean };

function wantedOn(router: LimitingRouter, limits: readonly OrderedLimit[]): WantedOnRouter {
  const all = limits.filter((limit) => hasMembers(router, limit));
  const kept = all.slice(0, MOST_LIMITS).map((limit) => ({ limit, steps: stepsOn(router, limit), members: [] as string[] }));
  let room = MOST_MEMBERS;
  for (let step = 0; step < STEPS; step += 1) {
    const shares = shareOut(
      kept.map(({ steps }) => steps[step] ?? []),
      room,
    );
    for (const [index, share] of shares.entries()) kept[index]?.members.push(...share);
    room -= shares.flat().length;
  }
  const cut = kept.filter(({ steps, members }) => members.length < steps.flat().length);
  const wanted = kept.map(({ limit: { thing, effect, isNamed }, members }): WantedLimit => {
    const [macs, ips] = [members.filter(isMac), members.filter((member) => !isMac(member))];
    return { id: idOf(thing), thing, effect, macs: macs.sort(), ips: ips.sort(), isNamed };
  });
  return {
    router: router.name,
    limits: wanted.filter(({ macs, ips }) => macs.length + ips.length > 0).sort((a, b) => (a.id < b.id ? -1 : 1)),
    left: [...all.slice(MOST_LIMITS), ...cut.map(({ limit }) => limit)].map(({ thing }) => thing),
  };
}

const hasMembers = ({ name, passesDevices }: LimitingRouter, { devices, peers }: OrderedLimit): boolean =>
  (passesDevices && devices.length > 0) || peers.some((peer) => peer.router === name && peer.addresses.length > 0);

const STEPS = 5;

/**
 * What a limit has as members on a router, in the order in which there is room for them: first what people name, MACs before addresses, then
 * what the router shows now, then the rest.
 */
function stepsOn({ name, passesDevices, addresses }: LimitingRouter, { thing, isNamed, devices, peers }: OrderedLimit): string[][] {
  const isOwn = isNamed && (thing.of === 'device' || thing.of === 'peer');
  const macs = passesDevices ? devices.flatMap((device) => device.macs.map((mac) => ({ mac, named: isOwn || device.isConfigured }))) : [];
  const tunnels = peers.filter(({ router }) => router === name).map((peer) => ({ ...peer, named: isOwn || peer.isConfigured }));
  const macsOf = (named: boolean, here: boolean) =>
    macs.flatMap((each) => (each.named === named && addresses.has(each.mac) === here ? [each.mac] : []));
  const addressesOf = (named: boolean) => [
    ...tunnels.filter((peer) => peer.named === named).flatMap((peer) => peer.addresses.slice(0, MOST_ADDRESSES)),
    ...macsOf(named, true).flatMap((mac) => addresses.get(mac) ?? []),
  ];
  const steps = [
    [...macsOf(true, true), ...macsOf(true, false)],
    addressesOf(true),
    macsOf(false, true),
    addressesOf(false),
    macsOf(false, false),
  ];
  return steps.map((step) => [...new Set(step)]);
}

/** As many items of each list as there is room for, shared evenly: long lists have what short ones leave. */
function shareOut(lists: readonly string[][], room: number): string[][] {
  const shares: string[][] = lists.map(() => []);
  let left = room;
  const byLength = [...lists.entries()].sort(([, one], [, other]) => one.length - other.length);
  for (const [place, [index, list]] of byLength.entries()) {
    const share = list.slice(0, Math.floor(left / (byLength.length - place)));
    shares[index] = share;
    left -= share.length;
  }
  return shares;
}

/** What a person allows to a device or peer, no quota or schedule of its user takes away. */
function belongingIn(limits: readonly DecidedLimit[], { devices, peers }: LimitedHome): (limit: DecidedLimit) => Belonging {
  const allowed = new Set(limits.flatMap(({ thing, reasons }) => (reasons.some(isAllowance) ? [keyOfThing(thing)] : [])));
  const byId = new Map(devices.map((device) => [device.id, device]));
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
      devices: held,
      peers: peers.filter((peer) => peer.user === user && isHeld({ of: 'peer', id: peer.publicKey })),
    };
  };
  return ({ thing: { of, id }, reasons }) => {
    const byHand = isByHand(reasons);
    switch (of) {
      case 'device':
        // One of the configuration that no router has shown yet is its MAC alone.
        return { devices: [byId.get(id) ?? { id, name: id, macs: [id], user: null, isHere: false, isConfigured: true }], peers: [] };
      case 'peer':
        return { devices: [], peers: peers.filter(({ publicKey }) => publicKey === id) };
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
