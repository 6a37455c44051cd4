import type { Reader } from '../books.ts';

/** The boot that an answer comes from. */
export interface Boot {
  boot: string | null;
  /** Seconds on the router's boot clock. */
  uptime: number | null;
}

/** Seconds by which a router's uptime and our clock may disagree. */
const MARGIN = 5;

/** The same boot whose clock did not advance: an old answer. Rule: stale answer. */
export function isStale(before: Reader, origin: string, { boot, uptime }: Boot): boolean {
  return (
    before.origin === origin &&
    boot !== null &&
    before.boot === boot &&
    uptime !== null &&
    before.uptime !== null &&
    uptime <= before.uptime
  );
}

/** A new boot that began before our last reading cannot be the router that we read then. Rule: another machine. */
export function isAnotherMachine(before: Reader, { boot, uptime }: Boot, at: number, tick: number): boolean {
  return (
    boot !== null && before.boot !== null && before.boot !== boot && uptime !== null && uptime - MARGIN > sinceReading(before, at, tick)
  );
}

/** Seconds between two readings by the clock that shows the longest time, because one may have been set back in between. */
export function elapsed(before: Reader, { boot, uptime }: Boot, at: number, tick: number): number {
  const router = uptime === null || before.uptime === null || boot !== before.boot ? 0 : uptime - before.uptime;
  return Math.max(sinceReading(before, at, tick), router);
}

/** Seconds since a reading by our own clocks. */
function sinceReading({ readAt, readTick }: Reader, at: number, tick: number): number {
  const monotonic = readTick === null ? 0 : tick - readTick;
  return Math.max(at - readAt, monotonic, 0) / 1000;
}
