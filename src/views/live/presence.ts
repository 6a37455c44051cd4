import type { Account } from '../../ledger/account.ts';
import type { Moment } from './live-router.ts';

/** Who came and who went: keys of devices (MACs), and of peers (`peerKey`). */
export interface Comings {
  came: { devices: string[]; peers: string[] };
  went: { devices: string[]; peers: string[] };
}

/** When the ledger has seen a device. */
export type SeenBefore = Pick<Account, 'firstSeen' | 'lastSeen'>;

/** Who is there, by what routers show while somebody watches. Who was there before has not come. */
export interface Presence {
  /** The stations of an access point. `seenBefore` is by MAC. */
  seeStations(router: string, stations: ReadonlyMap<string, SeenBefore>, now: Moment): void;
  /** The access point could not be read: its stations may still be there. */
  missStations(router: string, now: Moment): void;
  /** Bytes of the device have moved at a gateway. */
  seeBytes(mac: string, before: SeenBefore, now: Moment): void;
  /** The peers of a router that are connected. */
  seePeers(router: string, keys: ReadonlySet<string>): void;
  /** What has changed since the last call. */
  changes(now: Moment): Comings;
}

/** Ms that a station may at least be off the air before it has gone: it may change its access point meanwhile. */
const LEAST_AWAY_MS = 30_000;
/** Ms that a device on a wire may be silent, or an access point, before it is not known to be there. */
const QUIET_MS = 300_000;

/** `startedAt` is the Unix ms at which somebody began to watch, `interval` the seconds between two readings. */
export function createPresence(startedAt: number, interval: number): Presence {
  const away = Math.max(LEAST_AWAY_MS, 3000 * interval);
  /** Of each device, the tick until which it counts as there; that of its last sight on the air. */
  const until = new Map<string, number>();
  const onAir = new Map<string, number>();
  const accessPoints = new Map<string, { macs: readonly string[]; tick: number }>();
  const here = new Set<string>();
  const gone = new Set<string>();
  const peers = new Map<string, ReadonlySet<string>>();
  let peerChanges = { came: [] as string[], went: [] as string[] };

  const extend = (mac: string, tick: number) => until.set(mac, Math.max(until.get(mac) ?? 0, tick));
  /** Here since before somebody watched: a ledger that is new has seen nobody before the first reading. */
  const wasHere = (mac: string, { firstSeen }: SeenBefore) => !gone.has(mac) && firstSeen < startedAt + 1000 * interval;

  return {
    seeStations(router, stations, { tick }) {
      const isFirst = !accessPoints.has(router);
      accessPoints.set(router, { macs: [...stations.keys()], tick });
      for (const [mac, before] of stations) {
        onAir.set(mac, tick);
        // What moved on a wire before says nothing any more.
        until.set(mac, tick + away);
        if (wasHere(mac, before) && (isFirst || before.firstSeen >= startedAt)) here.add(mac);
      }
    },
    missStations(router, { tick }) {
      const last = accessPoints.get(router);
      if (last !== undefined && tick - last.tick < QUIET_MS) for (const mac of last.macs) extend(mac, tick + away);
    },
    seeBytes(mac, before, { at, tick }) {
      // Its access point says whether it is there; packets to one that has left are counted for a while.
      if (tick - (onAir.get(mac) ?? Number.NEGATIVE_INFINITY) < 2 * away) return;
      extend(mac, tick + QUIET_MS);
      if (wasHere(mac, before) && at - before.lastSeen < QUIET_MS) here.add(mac);
    },
    seePeers(router, keys) {
      const before = peers.get(router);
      peers.set(router, keys);
      if (before === undefined) return;
      for (const key of keys) if (!before.has(key)) peerChanges.came.push(key);
      for (const key of before) if (!keys.has(key)) peerChanges.went.push(key);
    },
    changes({ tick }) {
      const changed: Comings = { came: { devices: [], peers: peerChanges.came }, went: { devices: [], peers: peerChanges.went } };
      peerChanges = { came: [], went: [] };
      for (const [mac, end] of until) {
        if (tick < end && !here.has(mac)) {
          here.add(mac);
          changed.came.devices.push(mac);
        } else if (tick >= end) {
          until.delete(mac);
          gone.add(mac);
          if (here.delete(mac)) changed.went.devices.push(mac);
        }
      }
      return changed;
    },
  };
}
