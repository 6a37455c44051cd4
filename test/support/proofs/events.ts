import type { Traffic } from '../../../src/domain/traffic.ts';
import type { Random } from '../../../src/simulator/random.ts';
import { type Counter, shown } from '../../../src/simulator/world/counter.ts';
import type { Association } from '../../../src/simulator/world/state.ts';
import { isFixed } from '../homes/site.ts';
import type { World } from '../simulator/world.ts';

/** Lets a world live for one round, between two readings. */
export interface Events {
  /** `calm`: bytes move, but no device comes or goes. */
  happen(calm: boolean): void;
  /** A list of stations was read, with these lines. */
  readStations(router: string, lines: readonly Association[]): void;
  readWan(): void;
}

/** Anything at any time, but that a device needs `pause` milliseconds on the air before it reconnects. */
export function wildEvents(world: World, random: Random, pause = 0): Events {
  return {
    happen(calm) {
      if (!calm) wildly(world, random, { may: (ends) => ends.every((end) => world.now - end.since >= pause) });
      for (const { spec, associations } of world.devices.values()) {
        for (const through of associations) {
          if (random.next() < 0.7) world.transfer(spec.mac, amount(random), { through, lan: random.next() < 0.2 });
        }
        if (spec.wired) world.transfer(spec.mac, amount(random));
      }
      if (!calm && random.next() < 0.03) world.redial('gateway', 'wan');
    },
    readStations() {},
    readWan() {},
  };
}

/**
 * Only what a classic list lets the best of readers know: it names no interface and proves no epoch, so a new association is
 * known by a counter that lost most of what was read before. So a new one stays below half of every baseline of its MAC, near zero where
 * the baseline is large, and of two lines of one MAC the greater continues. Whatever else happens, no byte need be lost.
 * `twins`: whether a device may be on two radios of a router.
 */
export function knowableEvents(world: World, random: Random, { twins = true }: { twins?: boolean } = {}): Events {
  /** Baselines of a reader of the list, by router and MAC. */
  const shownBefore = new Map<string, { counter: Counter; shows: Traffic }[]>();
  /** Baselines no longer seen: a cautious reader may keep them, and take a new line above one for the old line. */
  const gone = new Map<string, Traffic[]>();
  let heldWan: { counter: Counter; shows: Traffic } | null = null;

  const heldFor = (router: string, mac: string) => shownBefore.get(`${router} ${mac}`) ?? [];
  const on = (router: string, mac: string) => world.device(mac).associations.filter((a) => a.router.spec.name === router);
  // Any line can continue from nothing: one that was read so is as good as new.
  const isHeld = (a: Association) =>
    heldFor(a.router.spec.name, a.device.spec.mac).some((h) => h.counter === a.counter && !isNothing(h.shows));

  /** Whether its end, with that of others, leaves no doubt which of the MAC's lines continued. */
  function mayEnd(association: Association, ends: Association[]): boolean {
    const { router, device } = association;
    const before = heldFor(router.spec.name, device.spec.mac);
    const mine = before.find((h) => h.counter === association.counter);
    if (mine === undefined) return true;
    return on(router.spec.name, device.spec.mac).every((other) => {
      if (ends.includes(other)) return true;
      const its = before.find((h) => h.counter === other.counter);
      if (its !== undefined) return mine.shows.download <= its.shows.download && mine.shows.upload <= its.shows.upload;
      return shown(other.counter).upload < lowest(router.spec.name, device.spec.mac);
    });
  }

  /** Upload that it may still have before the next reading without hiding that it is new. */
  function room(association: Association): number {
    const { router, device, counter } = association;
    const before = heldFor(router.spec.name, device.spec.mac);
    const alive = on(router.spec.name, device.spec.mac).map((a) => a.counter);
    if (isHeld(association)) return Number.POSITIVE_INFINITY;
    if (before.every((h) => alive.includes(h.counter)) && !gone.has(`${router.spec.name} ${device.spec.mac}`))
      return Number.POSITIVE_INFINITY;
    return lowest(router.spec.name, device.spec.mac) - shown(counter).upload - 1;
  }

  /** Whatever uploaded less than this is new beyond doubt. */
  function lowest(router: string, mac: string): number {
    const all = [...heldFor(router, mac).map((h) => h.shows), ...(gone.get(`${router} ${mac}`) ?? [])];
    return Math.floor(Math.min(...all.filter((shows) => !isNothing(shows)).map((shows) => clearlyLess(shows.upload))));
  }

  function wanHasRoom(bytes: Traffic): boolean {
    const { counter } = world.uplink('gateway', 'wan');
    if (heldWan === null || heldWan.counter === counter) return true;
    const now = shown(counter);
    const { download, upload } = heldWan.shows;
    return now.download + bytes.download < clearlyLess(download) && now.upload + bytes.upload < clearlyLess(upload);
  }

  const wanMayReset = () =>
    heldWan !== null &&
    heldWan.counter === world.uplink('gateway', 'wan').counter &&
    Math.min(heldWan.shows.download, heldWan.shows.upload) > 2e6;

  function move(mac: string, through?: Association): void {
    const bytes = amount(random);
    const left = through === undefined ? Number.POSITIVE_INFINITY : room(through);
    // Less by chance: two lines of one MAC that show the same are one.
    if (left < bytes.upload) bytes.upload = Math.max(0, left - random.int(1000));
    if (bytes.upload === 0) return;
    const lan = through !== undefined && (random.next() < 0.2 || !wanHasRoom(bytes));
    if (through === undefined && !wanHasRoom(bytes)) return;
    world.transfer(mac, bytes, { lan, ...(through && { through }) });
  }

  return {
    happen(calm) {
      if (!calm) {
        wildly(world, random, { may: (ends) => ends.every((end) => mayEnd(end, ends)), mayReboot: wanMayReset, twins });
        if (wanMayReset() && random.next() < 0.05) world.redial('gateway', 'wan');
      }
      for (const { spec, associations } of world.devices.values()) {
        if (spec.wired) move(spec.mac);
        for (const through of associations) if (random.next() < 0.7) move(spec.mac, through);
      }
    },
    readStations(router, lines) {
      const macs = new Set(lines.map((a) => a.device.spec.mac));
      for (const mac of macs) {
        const ofMac = lines.filter((a) => a.device.spec.mac === mac);
        const missing = heldFor(router, mac).filter((h) => !ofMac.some((a) => a.counter === h.counter));
        gone.set(`${router} ${mac}`, [...(gone.get(`${router} ${mac}`) ?? []), ...missing.map((h) => h.shows)]);
        shownBefore.set(
          `${router} ${mac}`,
          ofMac.map(({ counter }) => ({ counter, shows: shown(counter) })),
        );
      }
    },
    readWan() {
      const { counter } = world.uplink('gateway', 'wan');
      heldWan = { counter, shows: shown(counter) };
    },
  };
}

interface Wildness {
  /** Asked before some of a MAC's associations end. */
  may: (ends: Association[]) => boolean;
  mayReboot?: () => boolean;
  /** Whether a device may be on two radios of a router. Default: yes. */
  twins?: boolean;
}

/** Devices come, go, roam, and are on two radios or two routers; routers reboot. */
function wildly(world: World, random: Random, { may, mayReboot = () => true, twins = true }: Wildness): void {
  const radios = [...world.routers.values()].flatMap((router) => router.radios.map((radio) => ({ router, radio })));
  for (const { spec, associations } of world.devices.values()) {
    if (spec.wired || isFixed(spec) || random.next() < 0.6) continue;
    const { router, radio } = random.pick(radios);
    const there = associations.filter((a) => a.router === router);
    const sameRadio = there.filter((a) => a.radio === radio);
    const chance = random.next();
    if (chance < 0.3) {
      if (may(associations)) world.reconnect(spec.mac, router.spec.name, radio.spec.interface);
    } else if (chance < 0.6) {
      if (may(sameRadio) && (twins || there.length === sameRadio.length)) world.connect(spec.mac, router.spec.name, radio.spec.interface);
    } else if (chance < 0.9) {
      if (may(sameRadio)) world.disconnect(spec.mac, router.spec.name, radio.spec.interface);
    } else if (may(associations)) world.disconnect(spec.mac);
  }
  const router = random.pick([...world.routers.keys()]);
  if (random.next() >= 0.1 || (router === 'gateway' && !mayReboot())) return;
  world.rebootRouter(router, { leave: random.next() < 0.2 });
  for (const { spec, current } of world.devices.values()) {
    const home = spec.places?.[0];
    if (isFixed(spec) && current === null && home !== undefined) world.connect(spec.mac, home.router, home.interface);
  }
}

/** Mostly some kilobytes, at times none in a direction, never more than the line carries between two quick readings. */
function amount(random: Random): Traffic {
  const upload = 1 + random.int(random.next() < 0.1 ? 900_000 : 60_000);
  const download = random.next() < 0.1 ? 0 : random.int(200_000);
  return { download, upload };
}

const isNothing = ({ download, upload }: Traffic): boolean => download === 0 && upload === 0;

/** What shows less than this has restarted beyond doubt; of a large figure, a later reading would have to say. */
const clearlyLess = (before: number): number => before / (before >= 2 ** 24 ? 16 : 2);
