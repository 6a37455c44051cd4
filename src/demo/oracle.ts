import type { Traffic } from '../domain/traffic.ts';
import { minus } from '../domain/traffic.ts';
import type { Association, Counter } from './state.ts';
import { add, newTraffic } from './state.ts';
import type { World } from './world.ts';

/** What one answer of a router tells about one of its sources. */
export interface Look {
  router: string;
  source: 'stations' | 'wan';
  seen: { account: string; counter: Counter; moved: Traffic }[];
}

/**
 * What the best of meters could know, given the answers that it got. It is told which answers were used and looks at the world
 * behind them: it knows every counter by its identity, so that it never has to guess a reset, an association or a boot from figures.
 *
 * Knowable are the bytes of each counter up to the last answer that showed it. Bytes before the first answer of a source are not
 * the meter's, nor are those that moved after the last look at a counter that then ended.
 */
export class Oracle {
  readonly #world: World;
  /** Per source of a router: its counters and how far each has been seen. Missing until the first answer. */
  readonly #readers: Map<string, Map<Counter, Traffic>>;
  readonly #known: Map<string, Traffic>;

  constructor(world: World, state?: { readers: Map<string, Map<Counter, Traffic>>; known: Map<string, Traffic> }) {
    this.#world = world;
    this.#readers = state?.readers ?? new Map();
    this.#known = state?.known ?? new Map();
  }

  /** What an answer rendered at this moment shows; `shows` leaves out stations that the answer lost on its way. */
  look(router: string, source: Look['source'], shows: (association: Association) => boolean = () => true): Look {
    const state = this.#world.router(router);
    const seen: Look['seen'] = [];
    if (source === 'wan') {
      for (const uplink of state.uplinks) {
        if (uplink.up)
          seen.push({ account: key('wan', router, uplink.spec.name), counter: uplink.counter, moved: { ...uplink.counter.moved } });
      }
    } else {
      for (const association of state.radios.flatMap((radio) => radio.stations)) {
        const { counter, device } = association;
        if (shows(association)) seen.push({ account: key('station', router, device.spec.mac), counter, moved: { ...counter.moved } });
      }
    }
    return { router, source, seen };
  }

  /** The meter has used this answer. */
  learn(look: Look): void {
    const reader = key(look.router, look.source);
    const known = this.#readers.get(reader);
    const counters = known ?? new Map<Counter, Traffic>();
    this.#readers.set(reader, counters);
    for (const { account, counter, moved } of look.seen) {
      const total = this.#known.get(account) ?? newTraffic();
      this.#known.set(account, total);
      if (known !== undefined) add(total, minus(moved, counters.get(counter) ?? newTraffic()));
      counters.set(counter, moved);
    }
  }

  /** The meter has just read this source and used all of it. */
  read(router: string, source: Look['source']): void {
    this.learn(this.look(router, source));
  }

  station(router: string, mac: string): Traffic {
    return { ...(this.#known.get(key('station', router, mac)) ?? newTraffic()) };
  }

  wan(router: string, uplink: string): Traffic {
    return { ...(this.#known.get(key('wan', router, uplink)) ?? newTraffic()) };
  }

  /** The device over all access points. */
  device(mac: string): Traffic {
    const sum = newTraffic();
    for (const router of this.#world.routers.keys()) add(sum, this.station(router, mac));
    return sum;
  }

  /** Whether the source has been read, so that its accounts have begun. */
  hasRead(router: string, source: Look['source']): boolean {
    return this.#readers.has(key(router, source));
  }

  /** A second opinion, for when nobody knows yet whether the meter could keep what it read. */
  clone(): Oracle {
    const readers = new Map([...this.#readers].map(([name, counters]) => [name, new Map(counters)]));
    const known = new Map([...this.#known].map(([account, bytes]) => [account, { ...bytes }]));
    return new Oracle(this.#world, { readers, known });
  }
}

const key = (...parts: string[]): string => parts.join(' ');
