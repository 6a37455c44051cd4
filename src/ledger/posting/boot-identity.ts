import type { Claim, Reader } from '../books.ts';

/** The boot that an answer comes from. */
interface Boot {
  boot: string | null;
  /** Seconds on the router's boot clock. */
  uptime: number | null;
}

/** An answer and when it came: `at` is Unix ms, `tick` ms on the monotonic clock. */
export interface Arrival extends Boot {
  origin: string;
  at: number;
  tick: number;
}

/** Seconds by which a router's uptime and our clock may disagree. */
const MARGIN = 5;
/** Seconds by which an uptime may gain more than our own clocks did. */
const MOST_AHEAD = 60;
/**
 * Seconds by which the wall clock may be behind when this process starts: a machine without a battery begins where it stopped, perhaps a night
 * ago. A router that claims more would spread its bytes over any time.
 */
const MOST_BEHIND = 43_200;
/** How much faster than ours an honest clock may run: quartz is good to 100 ppm, and both may err. */
const DRIFT = 200e-6;
/** So many answers in a row that agree with our clock are believed, however odd the first was. */
const ENOUGH = 3;
/** Earlier boots remembered of a reader. */
const MOST_BOOTS = 8;

/** What an answer's boot and uptime say. `why` is for the audit; `claim` is remembered until the next answer. */
export type BootVerdict =
  | { kind: 'stale'; why: string | null; claim: Claim }
  /** The baselines are of another machine, or of one that cannot be told from another. */
  | { kind: 'machine'; why: string }
  /** `lead`: seconds by which the uptime has gained on our clocks, over all readings. */
  | { kind: 'same'; uptime: number | null; lead: number; isTrusted: boolean; why: string | null; claim: Claim | null };

/** Whether an answer continues from the last reading. Rule: stale answer. Rule: earlier boot. Rule: another machine. Rule: uptime. */
export function judgeBoot(before: Reader, claim: Claim | null, now: Arrival): BootVerdict {
  const { boot, uptime, origin, at, tick } = now;
  if (boot === null || uptime === null || before.boot === null) return trusted(uptime);
  const claimed = claimOf(claim, boot, uptime, tick);
  const isNew = claimed.times === 1 && claimed.repeats === 0;
  const isBelieved = claimed.times >= ENOUGH;
  if (before.earlierBoots.includes(boot)) {
    if (!isBelieved)
      return {
        kind: 'stale',
        why: isNew ? `the answer is from an earlier boot of the router, ${uptime} s after that boot` : null,
        claim: claimed,
      };
    return { kind: 'machine', why: `another machine answers here: it has run for ${uptime} s, and was read here before` };
  }
  if (boot !== before.boot) {
    if (uptime - MARGIN <= sinceReading(before, at, tick)) return trusted(uptime);
    return { kind: 'machine', why: `another machine answers here: it has run for ${uptime} s, and is not the one read last` };
  }
  if (before.uptime === null) return trusted(uptime);
  const gained = uptime - before.uptime;
  if (gained <= 0 && before.origin === origin) {
    if (isBelieved) return trusted(uptime, 0, `the router's uptime went back to ${uptime} s and continues from there`);
    return { kind: 'stale', why: whyStale(claimed, gained), claim: claimed };
  }
  const longest = longestSince(before, at, tick);
  const lead = Math.max(0, before.lead + gained - longest * (1 + DRIFT));
  if (lead <= MOST_AHEAD) return trusted(uptime, lead);
  if (before.readTick === null && lead <= MOST_BEHIND) return trusted(uptime);
  if (isBelieved) return trusted(uptime, 0, `the router's uptime leapt to ${uptime} s and continues from there`);
  const why = isNew ? `the router's uptime is ${Math.round(lead)} s ahead of our clocks and is not used` : null;
  return { kind: 'same', uptime: before.uptime + longest, lead: before.lead, isTrusted: false, why, claim: claimed };
}

const trusted = (uptime: number | null, lead = 0, why: string | null = null): BootVerdict => ({
  ...{ kind: 'same', uptime, lead, why },
  ...{ isTrusted: true, claim: null },
});

/** The same answer once more is nothing new; one that comes again and again is. */
function whyStale({ uptime, repeats }: Claim, gained: number): string | null {
  if (gained < 0) return repeats === 0 ? `the router's uptime went back to ${uptime} s, so the answer is left out` : null;
  return repeats === 2 ? `the router's uptime stands still at ${uptime} s, so its answers are left out` : null;
}

/** Counts the answers in a row whose uptime advances as our clock does. */
function claimOf(claim: Claim | null, boot: string, uptime: number, tick: number): Claim {
  const gained = claim === null ? 0 : uptime - claim.uptime;
  const continues = claim?.boot === boot && gained > 0 && Math.abs(gained - (tick - claim.tick) / 1000) <= MARGIN;
  const repeats = claim?.boot === boot && claim.uptime === uptime ? claim.repeats + 1 : 0;
  return { boot, uptime, tick, repeats, times: continues ? claim.times + 1 : 1 };
}

/** Boots that a reader has left behind once this one is read. */
export function earlierBoots(before: Reader | undefined, boot: string | null): readonly string[] {
  if (before === undefined) return [];
  if (before.boot === null || boot === null || before.boot === boot) return before.earlierBoots;
  return [...before.earlierBoots.filter((each) => each !== boot), before.boot].slice(-MOST_BOOTS);
}

/**
 * Seconds between two readings by the clock that shows the longest time, because one may have been set back in between. The wall clock does not
 * count where the two others agree that it was set ahead; an uptime may gain little on our own clocks. Rule: implausible. Rule: uptime.
 */
export function elapsed(before: Reader, now: Arrival): number {
  const { wall, monotonic, router } = clocksSince(before, now);
  if (monotonic !== null && router !== null && Math.abs(router - monotonic) <= MARGIN) return Math.max(router, monotonic);
  const own = Math.max(wall, monotonic ?? 0, 0);
  return Math.max(own, Math.min(router ?? 0, monotonic === null ? Number.POSITIVE_INFINITY : own + MOST_AHEAD));
}

/**
 * Unix ms of the last reading, by today's wall clock. Where that and the monotonic clock disagree, one was set or the other stood still while
 * this machine slept: the router's uptime shows which. It also shows whether the wall clock was set while this process was not running.
 * Rule: time.
 */
export function readAtByNow(before: Reader, now: Arrival): number {
  const { wall, monotonic, router } = clocksSince(before, now);
  const bearsOut = router === null || Math.abs(router - wall) <= MARGIN + wall * DRIFT;
  if (monotonic === null) return bearsOut ? before.readAt : now.at - Math.round(router * 1000);
  if (Math.abs(wall - monotonic) <= MARGIN || (wall > monotonic && bearsOut)) return before.readAt;
  return now.at - Math.round(monotonic * 1000);
}

/**
 * Seconds between two readings on each clock; null: the monotonic one of a reading before this process, and the router's if it shows none, or
 * began again. A container can begin again within one boot.
 */
function clocksSince({ readAt, readTick, ...before }: Reader, { at, tick, boot, uptime }: Arrival) {
  const router = boot === null || boot !== before.boot || uptime === null || before.uptime === null ? -1 : uptime - before.uptime;
  return { wall: (at - readAt) / 1000, monotonic: readTick === null ? null : (tick - readTick) / 1000, router: router < 0 ? null : router };
}

/** Seconds since a reading: monotonic if this process made it, else by the wall clock. */
function sinceReading({ readAt, readTick }: Reader, at: number, tick: number): number {
  return Math.max(readTick === null ? at - readAt : tick - readTick, 0) / 1000;
}

function longestSince({ readAt, readTick }: Reader, at: number, tick: number): number {
  const monotonic = readTick === null ? 0 : tick - readTick;
  return Math.max(at - readAt, monotonic, 0) / 1000;
}
