import type { Observation, System } from '../../../src/domain/observation.ts';
import type { Round, RouterRound, SourceResult } from '../../../src/domain/round.ts';
import { NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';
import { classic, complete, failed, ok, station, system, wan } from '../ledger/rounds.ts';

/** One counter of the world: it begins at zero, grows, and ends with its association, its uplink or its router's boot. */
interface Counter {
  bytes: Traffic;
  /** Up to here a reading has shown it. */
  shown: Traffic;
  /** Seconds on the boot's clock. */
  began: number;
  id: number;
}

interface RouterModel {
  boot: number;
  bootedAt: number;
  /** By radio and MAC. */
  stations: Map<string, Counter>;
  uplink: Counter;
  /** Its uplink shows a little less than it counted, in the next answer. */
  isDipped: boolean;
  stationsRead: boolean;
  wanRead: boolean;
}

/** What happens in the model's world. Numbers choose among what is there. */
export type Event =
  | { do: 'move'; router: number; mac: number; radio: number; download: number; upload: number }
  | { do: 'leave'; router: number; mac: number; radio: number }
  | { do: 'reconnect uplink'; router: number }
  | { do: 'reboot'; router: number }
  | { do: 'dip'; router: number }
  | { do: 'wait'; seconds: number }
  | { do: 'read'; fails: number }
  | { do: 'crash'; at: 'before' | 'amid' | 'after'; statement: number }
  | { do: 'restart' }
  | { do: 'clock'; by: number }
  | { do: 'calm' };

export const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
export const ROUTERS = ['gateway', 'attic'];

/**
 * A world of two routers with two radios each that knows all its bytes, and the bytes that answers of the given format can make
 * known. It knows counters by their identity and never compares figures.
 */
export class Model {
  /** Seconds since the start, by a clock that never steps. */
  now = 0;
  readonly known = new Map<string, Traffic>();
  readonly moved = new Map<string, Traffic>();
  /** Accounts of a counter that went round so far that it seems to have dipped: what it gained is not known. */
  readonly doubtful = new Set<string>();
  readonly #format: 'classic' | 'complete';
  readonly #routers: RouterModel[];
  #ids = 0;

  constructor(format: 'classic' | 'complete') {
    this.#format = format;
    this.#routers = ROUTERS.map(() => ({
      boot: 1,
      bootedAt: -100_000,
      stations: new Map(),
      uplink: this.#begin(-100_000),
      isDipped: false,
      stationsRead: false,
      wanRead: false,
    }));
  }

  #begin(bootedAt: number): Counter {
    this.#ids += 1;
    return { bytes: NOTHING, shown: NOTHING, began: this.now - bootedAt, id: this.#ids };
  }

  #router(index: number): RouterModel {
    const router = this.#routers[index % ROUTERS.length];
    if (router === undefined) throw new Error('no such router');
    return router;
  }

  happen(event: Event): void {
    switch (event.do) {
      case 'move': {
        const router = this.#router(event.router);
        const key = `${event.radio % 2} ${MACS[event.mac % MACS.length]}`;
        const counter = router.stations.get(key) ?? this.#begin(router.bootedAt);
        router.stations.set(key, counter);
        this.#move(counter, event, `device ${MACS[event.mac % MACS.length]}`);
        this.#move(router.uplink, event, `wan ${ROUTERS[event.router % ROUTERS.length]}`);
        break;
      }
      case 'leave':
        this.#router(event.router).stations.delete(`${event.radio % 2} ${MACS[event.mac % MACS.length]}`);
        break;
      case 'reconnect uplink': {
        const router = this.#router(event.router);
        router.uplink = this.#begin(router.bootedAt);
        break;
      }
      case 'reboot': {
        const router = this.#router(event.router);
        router.boot += 1;
        router.bootedAt = this.now;
        router.stations.clear();
        router.uplink = this.#begin(this.now);
        break;
      }
      case 'dip':
        this.#router(event.router).isDipped = !this.#wraps(event.router % ROUTERS.length);
        break;
      case 'wait':
        this.now += event.seconds;
        break;
      default:
        break;
    }
  }

  #move(counter: Counter, { download, upload }: Traffic, account: string): void {
    counter.bytes = plus(counter.bytes, { download, upload });
    this.moved.set(account, plus(this.moved.get(account) ?? NOTHING, { download, upload }));
  }

  /** What the routers answer now; bit n of `fails` makes source n of the answers fail. `at` is Unix ms. */
  answer(at: number, fails: number): Round {
    const routers = this.#routers.map((router, i): RouterRound => {
      const results: SourceResult[] = [
        (fails >> (2 * i)) & 1 ? failed('stations', at) : ok(this.#stations(router), at, `reader ${i}`),
        (fails >> (2 * i + 1)) & 1 ? failed('wan', at) : ok(this.#wan(router, this.#wraps(i)), at, `reader ${i}`),
      ];
      return { router: ROUTERS[i] ?? '', system: this.#format === 'classic' ? null : this.#system(router), results };
    });
    return { routers, startedAt: at, finishedAt: at };
  }

  #stations({ stations, boot }: RouterModel): Observation {
    const list = [...stations].map(([key, { bytes, began }]) => {
      const [radio = '', mac = ''] = key.split(' ');
      const more =
        this.#format === 'classic'
          ? {}
          : { interface: `phy${radio}-ap0`, epoch: { boot: bootName(boot), instance: null, began, margin: 0.01 } };
      return station(mac, bytes.download, bytes.upload, more);
    });
    return this.#format === 'classic' ? classic(...list) : complete(...list);
  }

  /** The second router keeps its uplink's counters in 32 bits, and says so. */
  #wraps(router: number): boolean {
    return this.#format === 'complete' && router === 1;
  }

  #wan({ uplink, boot, isDipped }: RouterModel, wraps: boolean): Observation {
    const epoch = this.#format === 'classic' ? null : { boot: bootName(boot), instance: uplink.id, began: null, margin: 0 };
    const bytes = isDipped ? dipped(uplink.bytes) : uplink.bytes;
    return wan(wraps ? modulo(bytes) : bytes, { epoch, bits: wraps ? 32 : 64 });
  }

  #system({ boot, bootedAt }: RouterModel): System {
    return system(bootName(boot), this.now - bootedAt);
  }

  /** Notes what the answers showed, once they are posted. */
  learn(fails: number): void {
    for (const [i, router] of this.#routers.entries()) {
      if (!((fails >> (2 * i)) & 1)) {
        for (const [key, counter] of router.stations) this.#show(counter, router.stationsRead, `device ${key.split(' ')[1]}`);
        router.stationsRead = true;
      }
      if (!((fails >> (2 * i + 1)) & 1)) {
        if (router.isDipped) this.#showDip(router, `wan ${ROUTERS[i]}`);
        else this.#show(router.uplink, router.wanRead, `wan ${ROUTERS[i]}`, this.#wraps(i));
        router.wanRead = true;
      }
      router.isDipped = false;
    }
  }

  /** Of a counter that dipped, what passes its highest is known. */
  #showDip({ uplink, wanRead }: RouterModel, account: string): void {
    const { shown } = uplink;
    const bytes = dipped(uplink.bytes);
    const highest = { download: Math.max(shown.download, bytes.download), upload: Math.max(shown.upload, bytes.upload) };
    uplink.shown = wanRead ? highest : bytes;
    if (!wanRead) return;
    const gained = { download: highest.download - shown.download, upload: highest.upload - shown.upload };
    this.known.set(account, plus(this.known.get(account) ?? NOTHING, gained));
  }

  /** Of a counter that goes round, what lies between two readings is known up to whole rounds. */
  #show(counter: Counter, counts: boolean, account: string, wraps = false): void {
    const { bytes, shown } = counter;
    counter.shown = bytes;
    if (!counts) return;
    if (wraps && isDoubtful(modulo(shown), modulo(bytes))) this.doubtful.add(account);
    const gained = { download: bytes.download - shown.download, upload: bytes.upload - shown.upload };
    this.known.set(account, plus(this.known.get(account) ?? NOTHING, wraps ? modulo(gained) : gained));
  }
}

const modulo = ({ download, upload }: Traffic): Traffic => ({ download: download % 2 ** 32, upload: upload % 2 ** 32 });

/** A fall by less than half the range; of both directions, by less than three quarters of it; to exactly zero, by less than 63/64 of it. */
function isDoubtful(before: Traffic, now: Traffic): boolean {
  const fallen = (['download', 'upload'] as const).filter((way) => now[way] < before[way]);
  return fallen.some((way) => before[way] - now[way] <= (now[way] === 0 ? 63 / 16 : fallen.length === 2 ? 3 : 2) * 2 ** 30);
}

/** Two percent less, of what is more than a few bytes. */
const dipped = ({ download, upload }: Traffic): Traffic => {
  const less = (bytes: number) => (bytes < 1000 ? bytes : Math.floor(bytes * 0.98));
  return { download: less(download), upload: less(upload) };
};

const bootName = (boot: number): string => `b007${String(boot).padStart(4, '0')}`;
