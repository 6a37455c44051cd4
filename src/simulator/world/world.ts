import type { Traffic } from '../../domain/traffic.ts';
import type { WorldSpec } from '../spec.ts';
import { temporaryAddress } from './addresses.ts';
import { bootId, newDevice, newRouter, newTraveller } from './build.ts';
import { add, newCounter, newTraffic } from './counter.ts';
import { beginCounting, countHost, nextPeriod, periodAt, saveCounting, turnPeriod } from './counting.ts';
import { Habits, type HabitWorld } from './habits.ts';
import { keepLease } from './lease.ts';
import { known, Places } from './places.ts';
import type { Association, DeviceState, RadioState, RouterState } from './state.ts';
import { type Truth, truthOf } from './truth.ts';
import { moveThrough, restart, startAnew } from './tunnels.ts';
import type { UplinkState } from './uplink.ts';

/** Builds a world. The same specification gives the same world, byte for byte, at any time and on any machine. */
export function createWorld(spec: WorldSpec): World {
  return new World(spec);
}

/**
 * A home with routers and devices, in memory, without I/O and without a clock: time passes by `advance` alone. Moving on by a
 * minute is the same as moving on by 60 seconds, one at a time.
 */
export class World extends Places implements HabitWorld {
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

  /**
   * Moves exactly these bytes, now. `lan`: they stay inside the home, so that no uplink sees them. `through`: one of several
   * associations, where the latest is not meant. `by`: from its IPv4 address, unless told otherwise.
   */
  transfer(mac: string, bytes: Traffic, options: { lan?: boolean; through?: Association; by?: 'IPv4' | 'IPv6' } = {}): void {
    const device = this.device(mac);
    checkBytes(bytes);
    const association = options.through ?? device.current;
    if (association === null ? !device.spec.wired : association.ended) throw new Error(`${mac} is not connected`);
    const uplink = options.lan ? null : this.activeUplink();
    if (uplink === undefined) throw new Error(`${mac} cannot reach the Internet: no uplink is up`);
    const { slaac } = device.spec;
    if (options.by === 'IPv6' && slaac === undefined) throw new Error(`${mac} has no IPv6 address of its own`);
    const ip = options.by === 'IPv6' ? temporaryAddress(mac, slaac ?? '', this.spec.seed, this.now) : device.address;
    this.move(device, association, uplink, bytes, this.now, ip);
    this.revision++;
  }

  /** Moves exactly these bytes of a peer, now. `lan`: they end in the home, and do not go on to the Internet. */
  transferPeer(router: string, publicKey: string, bytes: Traffic, options: { lan?: boolean } = {}): void {
    const { peer } = this.peer(router, publicKey);
    checkBytes(bytes);
    if (!peer.active) throw new Error(`The peer ${publicKey} is not on its interface`);
    const uplink = known(this.activeUplink(), `The peer ${publicKey} cannot reach the home: no uplink is up`);
    moveThrough(peer, uplink, bytes, this.now, !options.lan);
    this.revision++;
  }

  /** Takes a peer off its interface, or puts it back: its counters start at 0 then. */
  setPeer(router: string, publicKey: string, active: boolean): void {
    const { peer } = this.peer(router, publicKey);
    if (peer.active !== active) startAnew(peer);
    peer.active = active;
    this.revision++;
  }

  /** Takes a tunnel's interface down and up again: another ifindex, and all peers at 0. */
  restartTunnel(router: string, name: string): void {
    const tunnel = this.tunnel(router, name);
    tunnel.ifindex += 5;
    restart(tunnel, this.now);
    this.revision++;
  }

  /** The firewall is stopped: what counted the hosts is gone, until `countHosts` makes it anew. */
  stopCounting(router: string): void {
    this.counting(router).there = false;
    this.revision++;
  }

  /** The hosts' table or rules are made anew, or nlbwmon is started again. */
  countHosts(router: string): void {
    beginCounting(this.counting(router), this.now);
    this.revision++;
  }

  /** nlbwmon writes its figures down: what it loads when it starts again. */
  saveHosts(router: string): void {
    saveCounting(this.counting(router));
  }

  /** The device has this IPv4 address from now on. Whoever had it before, and has no lease any more, will be given the other one. */
  takeAddress(mac: string, address: string): void {
    const device = this.device(mac);
    for (const other of this.devices.values()) {
      if (other === device || other.address !== address) continue;
      if (other.lease !== null || other.current !== null || other.spec.wired) throw new Error(`${address} is ${other.spec.mac}’s`);
      other.address = device.address;
    }
    device.address = address;
    device.lease = device.spec.addressing === undefined || device.spec.addressing === 'dhcp' ? { device, granted: this.now } : null;
    this.revision++;
  }

  /** Whether the gateway's table of neighbours has the device, if it is there. */
  setMet(mac: string, met: boolean): void {
    this.device(mac).unmet = !met;
    this.revision++;
  }

  /** The device associates with this radio, and with no other: its counters there start at 0, also if it was there before. */
  reconnect(mac: string, router: string, radio: string): Association {
    this.disconnect(mac);
    return this.connect(mac, router, radio);
  }

  /** The device associates with this radio and stays known on the others: one MAC on two radios or two routers. */
  connect(mac: string, router: string, radio: string): Association {
    const device = this.device(mac);
    if (device.spec.wired) throw new Error(`${mac} is on a cable`);
    return this.associate(device, this.radio(router, radio), this.router(router), this.now);
  }

  /** The device leaves the air, or only this router, or only this radio of it. */
  disconnect(mac: string, router?: string, radio?: string): void {
    const device = this.device(mac);
    for (const association of [...device.associations]) {
      if (router !== undefined && association.router.spec.name !== router) continue;
      if (radio !== undefined && association.radio.spec.interface !== radio) continue;
      this.end(association, this.now);
    }
  }

  /** All counters of the router start at 0, with a new boot. Its stations come back at once, unless they `leave`. */
  rebootRouter(name: string, options: { leave?: boolean } = {}): void {
    const router = this.router(name);
    router.boots++;
    router.bootId = bootId(this.spec.seed, name, router.boots);
    router.bootedAt = this.now;
    for (const uplink of router.uplinks) uplink.counter = newCounter();
    for (const tunnel of router.tunnels) {
      restart(tunnel, this.now);
      tunnel.ifindex = tunnel.spec.ifindex;
    }
    if (router.counting !== null) {
      beginCounting(router.counting, this.now);
      router.counting.handle = 9;
    }
    for (const radio of router.radios) {
      for (const association of [...radio.stations]) {
        const { device } = association;
        const wasCurrent = device.current === association;
        this.end(association, this.now);
        if (wasCurrent && !options.leave) this.associate(device, radio, router, this.now);
      }
    }
    this.revision++;
  }

  /** The uplink's device is made anew, as after a lost PPPoE session: counters at 0, another ifindex. */
  redial(router: string, uplink: string): void {
    const state = this.uplink(router, uplink);
    state.counter = newCounter();
    state.ifindex = Math.max(...this.router(router).uplinks.map((u) => u.ifindex)) + 1;
    this.revision++;
  }

  /** Takes the uplink down, or up again: its device and counters go on where they were. */
  setUplink(router: string, uplink: string, up: boolean): void {
    this.uplink(router, uplink).up = up;
    this.revision++;
  }

  /** Makes a counter show other figures, though no byte moved. */
  setCounter(router: string, counter: { uplink: string } | { mac: string; radio: string }, shows: Traffic): void {
    const found = 'uplink' in counter ? this.uplink(router, counter.uplink) : this.association(router, counter.mac, counter.radio);
    const { moved, from } = found.counter;
    from.download = shows.download - moved.download;
    from.upload = shows.upload - moved.upload;
    this.revision++;
  }

  truth(): Truth {
    return truthOf(this);
  }

  /** For the device's habits: bytes at any moment of the step that is being lived. `uplink`: null where they stay in the home. */
  move(device: DeviceState, association: Association | null, uplink: UplinkState | null, bytes: Traffic, at: number, ip: string): void {
    if (typeof device.is === 'object') {
      const way = uplink ?? this.activeUplink();
      if (way !== undefined) moveThrough(device.is, way, bytes, at, uplink !== null);
      return;
    }
    if (association !== null) {
      add(association.counter.moved, bytes);
      add(association.account, bytes);
      add(device.air, bytes);
      association.lastActive = Math.max(association.lastActive, at);
    }
    if (uplink !== null) {
      add(uplink.counter.moved, bytes);
      add(uplink.account, bytes);
      add(device.internet, bytes);
      if (device.is === 'device') countHost(uplink.counting, device.spec.mac, ip, bytes, at);
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

function checkBytes(bytes: Traffic): void {
  if (!isBytes(bytes.download) || !isBytes(bytes.upload)) throw new RangeError(`Not bytes: ${JSON.stringify(bytes)}`);
}

const isBytes = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
