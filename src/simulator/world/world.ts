import type { Traffic } from '../../domain/traffic.ts';
import type { WorldSpec } from '../spec.ts';
import { newDevice, newRouter, newTraveller } from './build.ts';
import { add, newCounter, newTraffic } from './counter.ts';
import { countHost, nextPeriod, periodAt, turnPeriod } from './counting.ts';
import { Habits, type HabitWorld } from './habits.ts';
import { keepLease } from './lease.ts';
import { passLimits } from './limits.ts';
import { WorldParts } from './parts.ts';
import type { Association, DeviceState, RadioState, RouterState } from './state.ts';
import { moveThrough } from './tunnels.ts';
import type { UplinkState } from './uplink.ts';

/** Builds a world. The same specification gives the same world, byte for byte, at any time and on any machine. */
export function createWorld(spec: WorldSpec): World {
  return new World(spec);
}

/**
 * A home with routers and devices, in memory, without I/O and without a clock: time passes by `advance` alone. Moving on by a
 * minute is the same as moving on by 60 seconds, one at a time.
 */
export class World extends WorldParts implements HabitWorld {
  readonly spec: WorldSpec;
  /** Unix ms. */
  now: number;
  /** Goes up with everything that changes what a router shows. */
  revision = 0;
  readonly #habits: Habits[] = [];

  constructor(spec: WorldSpec) {
    super();
    this.spec = spec;
    this.now = spec.start;
    for (const router of spec.routers) this.routers.set(router.name, newRouter(router, spec));
    for (const device of spec.devices) {
      if (this.devices.has(device.mac)) throw new Error(`Two devices have the MAC ${device.mac}`);
      this.devices.set(device.mac, newDevice(device));
    }
    for (const device of this.devices.values()) this.#settleIn(device);
    for (const { itself, tunnels } of this.routers.values()) {
      if (itself.spec.life !== undefined) this.#habits.push(new Habits(this, itself, itself.spec.life));
      for (const peer of tunnels.flatMap(({ peers }) => peers)) {
        if (peer.spec.life !== undefined) this.#habits.push(new Habits(this, newTraveller(peer), peer.spec.life));
      }
    }
  }

  /** Lets time pass: devices move bytes, roam, leave and come back as is their habit. To the nearest millisecond. */
  advance(seconds: number): void {
    if (!(seconds >= 0)) throw new RangeError(`Cannot advance by ${seconds} seconds`);
    const until = this.now + Math.round(seconds * 1000);
    const { utcOffset = 0 } = this.spec;
    const countings = [...this.routers.values()].flatMap(({ counting }) => (counting?.spec.method === 'nlbwmon' ? [counting] : []));
    for (let turn = nextPeriod(this.now, utcOffset); countings.length > 0 && turn <= until; turn = nextPeriod(turn, utcOffset)) {
      for (const habits of this.#habits) habits.live(turn - 1);
      for (const counting of countings) turnPeriod(counting, periodAt(turn, utcOffset));
    }
    for (const habits of this.#habits) habits.live(until);
    this.now = until;
    for (const device of this.devices.values()) keepLease(device, until);
    this.revision++;
  }

  /** For the device's habits: bytes at any moment of the step that is being lived. `uplink`: null where they stay in the home. */
  move(device: DeviceState, association: Association | null, uplink: UplinkState | null, bytes: Traffic, at: number, ip: string): void {
    if (typeof device.is === 'object') {
      const way = uplink ?? this.activeUplink();
      // What ends in the home is left alone.
      const { passed } = uplink === null ? { passed: bytes } : passLimits(uplink.limits, [ip], bytes, at);
      if (way !== undefined) moveThrough(device.is, way, passed, at, uplink !== null);
      return;
    }
    const { mac } = device.spec;
    const { passed, dropped } =
      uplink === null ? { passed: bytes, dropped: newTraffic() } : passLimits(uplink.limits, [mac, ip], bytes, at);
    // A limit is behind the access point and before the uplink.
    const onAir = { download: passed.download, upload: passed.upload + dropped.upload };
    const atUplink = { download: passed.download + dropped.download, upload: passed.upload };
    if (association !== null) {
      add(association.counter.moved, onAir);
      add(association.account, onAir);
      add(device.air, onAir);
      association.lastActive = Math.max(association.lastActive, at);
    }
    if (uplink !== null) {
      add(uplink.counter.moved, atUplink);
      add(uplink.account, atUplink);
      add(device.internet, passed);
      if (device.is === 'device') countHost(uplink.counting, mac, ip, passed, at);
    }
  }

  /** For the device's habits: associates at any moment of the step that is being lived. */
  associate(device: DeviceState, radio: RadioState, router: RouterState, at: number): Association {
    keepLease(device, at);
    const { mac, addressing = 'dhcp' } = device.spec;
    if (addressing === 'dhcp' && device.current === null) device.lease = { device, granted: at };
    const before = device.associations.find((s) => s.radio === radio);
    if (before !== undefined) this.end(before, at);
    const account = router.air.get(mac) ?? newTraffic();
    router.air.set(mac, account);
    const association: Association = {
      device,
      router,
      radio,
      counter: newCounter(),
      account,
      since: at,
      lastActive: at,
      agesOut: null,
      ended: false,
    };
    insertByTime(radio.stations, association);
    device.associations.push(association);
    device.current = association;
    this.revision++;
    return association;
  }

  /** For the device's habits: it goes without a word, and the access point lists it until it has aged out (Unix ms). */
  linger(association: Association, at: number, agesOut: number): void {
    const { device } = association;
    keepLease(device, at);
    association.agesOut = agesOut;
    if (device.current === association) device.current = null;
  }

  /** For the device's habits: the access point forgets the station. */
  end(association: Association, at: number): void {
    const { device, radio } = association;
    keepLease(device, at);
    association.ended = true;
    radio.stations = radio.stations.filter((s) => s !== association);
    device.associations = device.associations.filter((s) => s !== association);
    if (device.current === association) device.current = device.associations.findLast((s) => s.agesOut === null) ?? null;
    this.revision++;
  }

  #settleIn(device: DeviceState): void {
    const { places, wired, life, addressing = 'dhcp' } = device.spec;
    if (wired && addressing === 'dhcp') device.lease = { device, granted: this.now };
    const first = places?.[0];
    if (first !== undefined) this.associate(device, this.radio(first.router, first.interface), this.router(first.router), this.now);
    if (life !== undefined) this.#habits.push(new Habits(this, device, life));
  }
}

/** Devices live through a step one after another, but a list shows who came first. */
function insertByTime(stations: Association[], association: Association): void {
  const { since, device } = association;
  const isLater = (s: Association) => s.since > since || (s.since === since && s.device.spec.mac > device.spec.mac);
  stations.splice(stations.findLastIndex((s) => !isLater(s)) + 1, 0, association);
}
