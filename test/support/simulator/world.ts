import type { Traffic } from '../../../src/domain/traffic.ts';
import type { WorldSpec } from '../../../src/simulator/spec.ts';
import { temporaryAddress } from '../../../src/simulator/world/addresses.ts';
import { bootId } from '../../../src/simulator/world/build.ts';
import { newCounter } from '../../../src/simulator/world/counter.ts';
import { beginCounting, saveCounting } from '../../../src/simulator/world/counting.ts';
import { known } from '../../../src/simulator/world/parts.ts';
import type { Association } from '../../../src/simulator/world/state.ts';
import { moveThrough, resetPeer, resetTunnel } from '../../../src/simulator/world/tunnels.ts';
import { World as SimulatedWorld } from '../../../src/simulator/world/world.ts';
import { type Truth, truthOf } from './truth.ts';

/** Builds a world that a test can change. The same specification gives the same world, byte for byte, at any time and on any machine. */
export function createWorld(spec: WorldSpec): World {
  return new World(spec);
}

/** A simulated world in which a test decides what happens, besides the habits of its devices. */
export class World extends SimulatedWorld {
  /**
   * Moves exactly these bytes, now. `lan`: they stay inside the home, so that no uplink sees them. `through`: one of several
   * associations, where the latest is not meant. `by`: from its IPv4 address, by default.
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

  /** Moves exactly these bytes of a peer, now. `lan`: they end in the home, and do not reach the Internet. */
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
    if (peer.active !== active) resetPeer(peer);
    peer.active = active;
    this.revision++;
  }

  /** Takes a tunnel's interface down and up again: another ifindex, and all peers at 0. */
  restartTunnel(router: string, name: string): void {
    const tunnel = this.tunnel(router, name);
    tunnel.ifindex += 5;
    resetTunnel(tunnel, this.now);
    this.revision++;
  }

  /** The firewall is stopped: what counted the hosts is gone, until `countHosts` recreates it. */
  stopCounting(router: string): void {
    this.counting(router).there = false;
    this.revision++;
  }

  /** The hosts' table or rules are recreated, or nlbwmon restarts. */
  countHosts(router: string): void {
    beginCounting(this.counting(router), this.now);
    this.revision++;
  }

  /** nlbwmon saves its figures: what it loads when it restarts. */
  saveHosts(router: string): void {
    saveCounting(this.counting(router));
  }

  /** The device has this IPv4 address from now on. The device that had it before, and no longer has a lease, gets the other one. */
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
      resetTunnel(tunnel, this.now);
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

  /** The uplink's device is recreated, as after a lost PPPoE session: counters at 0, another ifindex. */
  redial(router: string, uplink: string): void {
    const state = this.uplink(router, uplink);
    state.counter = newCounter();
    state.ifindex = Math.max(...this.router(router).uplinks.map((u) => u.ifindex)) + 1;
    this.revision++;
  }

  /** Takes the uplink down, or up again: its device and counters continue where they were. */
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
}

function checkBytes(bytes: Traffic): void {
  if (!isBytes(bytes.download) || !isBytes(bytes.upload)) throw new RangeError(`Not bytes: ${JSON.stringify(bytes)}`);
}

const isBytes = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
