import type { Traffic } from '../../domain/traffic.ts';
import { createRandom, hash, type Random } from '../random.ts';
import type { Activity, Life, Place, WorldSpec } from '../spec.ts';
import { at as valueAt } from '../spec.ts';
import { addressFor } from './addresses.ts';
import { newTraffic } from './counter.ts';
import type { Association, DeviceState, RadioState, RouterState } from './state.ts';
import type { UplinkState } from './uplink.ts';

const HOUR = 3600_000;
const DAY = 24 * HOUR;
/** Longest mean time in seconds between two decisions, so that a quiet hour does not reach into a busy one. */
const LONGEST_GAP = 1800;
/** hostapd drops a station after this silence, ms. */
const AGEING = 300_000;

/** What habits see of the world, and do in it. Instants are Unix ms, anywhere in the step that the world is taking. */
export interface HabitWorld {
  readonly spec: WorldSpec;
  readonly now: number;
  router(name: string): RouterState;
  radio(router: string, name: string): RadioState;
  activeUplink(): UplinkState | undefined;
  /** `uplink`: null where the bytes stay in the home. */
  move(device: DeviceState, association: Association | null, uplink: UplinkState | null, bytes: Traffic, at: number, ip: string): void;
  associate(device: DeviceState, radio: RadioState, router: RouterState, at: number): Association;
  /** The device leaves without a word: the access point lists it until `agesOut`. */
  linger(association: Association, at: number, agesOut: number): void;
  /** The access point forgets the station. */
  end(association: Association, at: number): void;
}

/**
 * Lives one device's days: when it is at home, where it is on the air, what it does and how fast. It goes from event to event, with
 * its own random numbers, so that neither the length of a step nor another device changes anything.
 */
export class Habits {
  readonly #world: HabitWorld;
  readonly #device: DeviceState;
  readonly #life: Life;
  readonly #random: Random;
  /** Everyone's hours begin at another minute. */
  readonly #shift: number;
  /** Mean seconds of an activity. */
  readonly #length: number;
  #activity: Activity | null = null;
  #present = true;
  /** Bytes a second, since when (Unix ms), and how many of them have moved. */
  #rate: Traffic = newTraffic();
  #since: number;
  #moved: Traffic = newTraffic();
  /** The address that they come from. */
  #ip: string;
  // What comes next, Unix ms.
  #hourEnds: number;
  #activityEnds: number;
  #burstEnds: number;
  #roams: number;
  #agesOut = Number.POSITIVE_INFINITY;

  constructor(world: HabitWorld, device: DeviceState, life: Life) {
    const { seed, utcOffset = 0 } = world.spec;
    this.#world = world;
    this.#device = device;
    this.#life = life;
    this.#random = createRandom(seed, device.spec.mac, 'life');
    this.#shift = utcOffset * 60_000 + this.#random.int(HOUR / 2);
    this.#length = weighted(life.activities, (a) => a.seconds);
    this.#since = world.now;
    this.#ip = addressFor(device, seed, world.now);
    this.#hourEnds = world.now;
    this.#activityEnds = world.now + this.#random.int(60_000);
    this.#burstEnds = world.now;
    this.#roams = this.#nextRoam(world.now);
  }

  live(until: number): void {
    for (;;) {
      const next = Math.min(this.#hourEnds, this.#activityEnds, this.#burstEnds, this.#roams, this.#agesOut);
      if (next > until) break;
      this.#settle(next);
      if (next === this.#agesOut) this.#ageOut(next);
      else if (next === this.#hourEnds) this.#comeOrGo(next);
      else if (next === this.#roams) this.#roam(next);
      else if (next === this.#activityEnds) this.#beginOrStop(next);
      else this.#burst(next);
    }
    this.#settle(until);
  }

  /** Moves what the present rate has brought up to then. */
  #settle(at: number): void {
    const seconds = (at - this.#since) / 1000;
    const download = Math.floor(this.#rate.download * seconds) - this.#moved.download;
    const upload = Math.floor(this.#rate.upload * seconds) - this.#moved.upload;
    if (download === 0 && upload === 0) return;
    this.#moved.download += download;
    this.#moved.upload += upload;
    const { current, spec } = this.#device;
    const uplink = this.#activity?.lan ? null : this.#world.activeUplink();
    if ((current === null && !spec.wired) || uplink === undefined) return;
    this.#world.move(this.#device, current, uplink, { download, upload }, Math.min(at, this.#lastByteAt()), this.#ip);
  }

  /** When the last byte moved, which is seldom the end of a step. */
  #lastByteAt(): number {
    const after = (moved: number, rate: number) => (moved === 0 ? 0 : Math.ceil((1000 * moved) / rate));
    return this.#since + Math.max(after(this.#moved.download, this.#rate.download), after(this.#moved.upload, this.#rate.upload));
  }

  #burst(at: number): void {
    const { idle, bursts = 12 } = this.#life;
    const { download, upload } = this.#activity ?? idle;
    // Most bursts are slower than the mean, a few are much faster.
    const factor = this.#present ? Math.min(4, 0.25 + this.#random.exponential(0.75)) : 0;
    this.#rate = { download: Math.floor(download * factor), upload: Math.floor(upload * factor) };
    this.#since = at;
    this.#moved = newTraffic();
    this.#ip = addressFor(this.#device, this.#world.spec.seed, at);
    const mean = this.#activity === null ? 5 * bursts : bursts;
    this.#burstEnds = at + Math.ceil(1000 * this.#random.between(mean / 3, (mean * 5) / 3));
  }

  #beginOrStop(at: number): void {
    const { use, activities, weekend = 1 } = this.#life;
    const share = valueAt(use, this.#hour(at)) * (this.#isWeekend(at) ? weekend : 1);
    const gap = share <= 0 ? Number.POSITIVE_INFINITY : (this.#length * (1 - share)) / share;
    if (this.#activity !== null || this.#random.next() >= LONGEST_GAP / gap) {
      this.#activity = null;
      this.#activityEnds = at + 1 + Math.ceil(1000 * this.#random.exponential(Math.min(LONGEST_GAP, gap)));
    } else {
      this.#activity = choose(activities, (a) => a.weight, this.#random);
      this.#activityEnds = at + 1000 + Math.ceil(1000 * this.#random.exponential(this.#activity?.seconds ?? LONGEST_GAP));
    }
    this.#burst(at);
  }

  /** Whether it is at home is decided once a day, by a number that belongs to that day. */
  #comeOrGo(at: number): void {
    const local = at + this.#shift;
    this.#hourEnds = at + HOUR - (local % HOUR);
    const day = Math.floor((local - 5 * HOUR) / DAY);
    const present = valueAt(this.#life.presence, this.#hour(at)) > hash(this.#world.spec.seed, this.#device.spec.mac, day) / 2 ** 32;
    if (present === this.#present) return;
    this.#present = present;
    if (!present && this.#device.current !== null) this.#leave(this.#device.current, at);
    if (present) this.#roam(at);
    this.#burst(at);
  }

  /** Goes where it likes best at this hour; that may be where it is. */
  #roam(at: number): void {
    this.#roams = this.#nextRoam(at);
    const { current, spec } = this.#device;
    if (!this.#present || spec.wired) return;
    const place = choose(spec.places ?? [], (p) => valueAt(p.weight, this.#hour(at)), this.#random);
    if (place === null) return;
    const router = this.#world.router(place.router);
    const radio = this.#world.radio(place.router, place.interface);
    const stays = current?.radio === radio;
    // A device of one place loses the connection now and then, and is back at once.
    if (stays && ((spec.places?.length ?? 0) > 1 || this.#random.next() < 0.75)) return;
    this.#world.associate(this.#device, radio, router, at);
    if (current !== null && !stays) this.#leave(current, at);
  }

  /** Some devices disassociate; the others stay in the access point's list, where they look like a silent one. */
  #leave(association: Association, at: number): void {
    if (this.#random.next() < 0.6) {
      this.#world.end(association, at);
      return;
    }
    this.#world.linger(association, at, at + AGEING);
    this.#agesOut = Math.min(this.#agesOut, at + AGEING);
  }

  #ageOut(at: number): void {
    const lingering = this.#device.associations.filter((a) => a.agesOut !== null);
    for (const association of lingering) if (association.agesOut !== null && association.agesOut <= at) this.#world.end(association, at);
    this.#agesOut = Math.min(...lingering.filter((a) => !a.ended).map((a) => a.agesOut ?? Number.POSITIVE_INFINITY));
  }

  #nextRoam(at: number): number {
    const places: readonly Place[] = this.#device.spec.places ?? [];
    if (places.length === 0) return Number.POSITIVE_INFINITY;
    return at + Math.ceil(1000 * (60 + this.#random.exponential(places.length > 1 ? 1500 : 6 * 3600)));
  }

  #hour(at: number): number {
    return Math.floor((at + this.#shift) / HOUR) % 24;
  }

  #isWeekend(at: number): boolean {
    // 1 January 1970 was a Thursday.
    const day = (Math.floor((at + this.#shift) / DAY) + 4) % 7;
    return day === 0 || day === 6;
  }
}

function weighted(activities: readonly Activity[], of: (activity: Activity) => number): number {
  const weight = activities.reduce((sum, a) => sum + a.weight, 0);
  return weight === 0 ? 0 : activities.reduce((sum, a) => sum + a.weight * of(a), 0) / weight;
}

function choose<T>(items: readonly T[], weight: (item: T) => number, random: Random): T | null {
  let left = random.next() * items.reduce((sum, item) => sum + weight(item), 0);
  for (const item of items) {
    left -= weight(item);
    if (left < 0) return item;
  }
  return null;
}
