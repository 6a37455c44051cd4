import { type Baseline, type Epoch, TAKEN_OVER } from '../../../domain/counter.ts';
import { uplinkCounter } from '../../../domain/counter-names.ts';
import type { Uplink } from '../../../domain/observation.ts';
import { liesOn, type Wired } from '../../../domain/wire.ts';
import type { Reader } from '../../books.ts';
import { circlesIn } from './circles.ts';
import { countedUplinks } from './readings.ts';

/** What the counters of a router's uplinks mean to each other: several can count the same bytes. Rule: one wire. */
export interface Wires {
  /** The baselines to compare a counter with: those of its device, under whatever name that was read last. */
  baselines: ReadonlyMap<string, readonly Baseline[]>;
  /** Counters that post nothing in this round, because others count their bytes; with the reason where that was in doubt. */
  silent: ReadonlyMap<string, string | null>;
  /** Counters of a device that has another name in the same answer. */
  repeated: ReadonlySet<string>;
  /** Counters of before whose device has another name now: their baselines went over to it. */
  continued: readonly string[];
  /** Counters of before that lie below one of this answer, whose bytes they would show again: what their baselines become. */
  takenOver: ReadonlyMap<string, Baseline>;
}

/** The reading before: `at` is Unix ms. */
type Previous = Pick<Reader, 'readAt' | 'boot'> & { counters: ReadonlyMap<string, readonly Baseline[]> };

/** A counter of an answer before this one. */
interface Known {
  counter: string;
  name: string;
  device: string | null;
  baseline: Baseline;
  /** Unix ms. */
  readAt: number;
}

/** An uplink of this answer, with what it lies on as a set: it is compared with all others. */
type WiredUplink = Omit<Uplink, 'below'> & Wired;

/** A counter of this answer. */
interface Shown {
  counter: string;
  uplink: WiredUplink;
  /** Left out of the home's sum, whatever it lies on. */
  overlay: boolean;
  /** The newest reading of its device. */
  last: Known | null;
  /** What it posts overlaps with nothing that was posted: it continues `last`, or has begun with a new boot. */
  ready: boolean;
}

/** `isOverlay` says whether the account of an uplink is left out of the home's sum. `previous` is null for a first reading; `at` is Unix ms. */
export function wiresOf(
  uplinks: readonly Uplink[],
  previous: Previous | null,
  at: number,
  isOverlay: (uplink: Pick<Uplink, 'name' | 'overlay'>) => boolean,
): Wires {
  const known = previous === null ? [] : [...previous.counters].flatMap(([counter, lines]) => knownOf(counter, lines, previous));
  const counted = new Map(countedUplinks(uplinks).map((uplink) => [uplinkCounter(uplink.name, uplink.device), wired(uplink)]));
  const all = [...counted].map(([counter, uplink]) => shownOf(counter, uplink, counted, known, previous, isOverlay(uplink)));
  const shown = all.filter((each) => all.every((other) => other === each || !repeats(each, other, all)));
  const silent = new Map<string, string | null>();
  const circleOf = circlesIn(shown, (upper, lower) => on(upper, lower) === 'yes');
  for (const each of shown) {
    const reason = silenceOf(each, shown, circleOf(each), previous);
    if (reason !== undefined) silent.set(each.counter, reason);
  }
  const present = new Set(shown.map(({ counter }) => counter));
  const gone = known.filter(({ counter }) => !present.has(counter));
  return {
    baselines: new Map(shown.flatMap(({ counter, last }) => (last === null ? [] : [[counter, [last.baseline]] as const]))),
    silent,
    repeated: new Set(all.filter((each) => !shown.includes(each)).map(({ counter }) => counter)),
    continued: gone.filter((k) => shown.some(({ uplink }) => isSameDevice(k, uplink))).map(({ counter }) => counter),
    takenOver: new Map(
      gone
        .filter((k) => !isTaken(k) && shown.some(({ uplink, overlay }) => !overlay && liesOn(uplink, k.device) !== 'no'))
        .map(({ counter, baseline: { bytes } }) => [counter, { bytes, epoch: TAKEN, lastRead: at }]),
    ),
  };
}

const wired = ({ below, ...uplink }: Uplink): WiredUplink => (below === undefined ? uplink : { ...uplink, below: new Set(below) });

function knownOf(counter: string, [baseline, ...more]: readonly Baseline[], previous: Previous): Known[] {
  if (baseline === undefined || more.length > 0) return [];
  const [name = '', device = ''] = counter.split(' ');
  return [{ counter, name, device: device === '' ? null : device, baseline, readAt: baseline.lastRead ?? previous.readAt }];
}

function shownOf(
  counter: string,
  uplink: WiredUplink,
  counted: ReadonlyMap<string, WiredUplink>,
  known: readonly Known[],
  previous: Previous | null,
  overlay: boolean,
): Shown {
  const own = known.find((k) => k.counter === counter) ?? null;
  const same = known.filter((k) => isSameDevice(k, uplink));
  const first = own !== null && same.includes(own) ? own : null;
  const last = same.reduce((a, b) => (a !== null && a.readAt >= b.readAt ? a : b), first) ?? own;
  const booted = previous !== null && previous.boot !== null && uplink.epoch !== null && uplink.epoch.boot !== previous.boot;
  const later = known.filter((k) => last !== null && k.readAt > last.readAt);
  const overtaken = later.some(({ counter: after, name, device }) => {
    if (name === uplink.name || liesOn(uplink, device) !== 'no') return true;
    const upper = counted.get(after);
    return upper !== undefined && liesOn(upper, uplink.device) !== 'no';
  });
  return { counter, uplink, overlay, last, ready: booted || (last !== null && !isTaken(last) && !overtaken) };
}

/** Of several names of one device, the one that was read last is counted, else the first. */
function repeats(each: Shown, other: Shown, all: readonly Shown[]): boolean {
  if (each.overlay !== other.overlay) return false;
  if (!isSameDevice({ device: other.uplink.device, baseline: { epoch: other.uplink.epoch } }, each.uplink)) return false;
  const [isOwn, isOthers] = [each.last?.counter === each.counter, other.last?.counter === other.counter];
  return isOwn === isOthers ? all.indexOf(other) < all.indexOf(each) : isOthers;
}

/** Why a counter posts nothing: null where it is clear who counts its bytes, undefined where it posts. */
function silenceOf(each: Shown, shown: readonly Shown[], circle: readonly Shown[], previous: Previous | null): string | null | undefined {
  const begins = (other: Shown) => [each, other].some(({ last }) => last === null || last.readAt !== previous?.readAt);
  const named = ({ uplink: { name, device } }: Shown) => `the uplink ${name} (${device})`;
  const [first] = circle;
  if (first !== undefined && first !== each)
    return begins(first) ? `it and ${named(first)} cannot lie on each other, as the router says, so one of them is counted` : null;
  if (shown.some((other) => other.ready && !circle.includes(other) && on(each, other) === 'yes')) return null;
  const upper = shown.find((other) => on(other, each) === 'perhaps');
  if (upper !== undefined) return begins(upper) ? `it may be what ${named(upper)} lies on, so it is not counted beside it` : null;
  return each.last !== null && !each.ready ? 'other uplinks of its wire were counted since it was read last' : undefined;
}

const on = (upper: Shown, lower: Shown) => (upper.overlay || lower.overlay ? 'no' : layered(upper.uplink, lower.uplink));

/** A tunnel lies on every other uplink, as far as the router shows. */
const layered = (upper: WiredUplink, lower: WiredUplink) =>
  upper.overlay && !lower.overlay && upper.below === undefined ? 'yes' : liesOn(upper, lower.device);

const TAKEN: Epoch = { boot: TAKEN_OVER, instance: null, began: null, margin: 0 };
const isTaken = ({ baseline }: Known): boolean => baseline.epoch?.boot === TAKEN_OVER;

/** By the number that the kernel gave the device, else by its name. */
function isSameDevice(
  { device, baseline: { epoch } }: { device: string | null; baseline: { epoch: Epoch | null } },
  uplink: WiredUplink,
): boolean {
  const [before, now] = [epoch?.instance ?? null, uplink.epoch?.instance ?? null];
  if (before !== null && now !== null && epoch?.boot === uplink.epoch?.boot) return before === now;
  return device !== null && device === uplink.device;
}
