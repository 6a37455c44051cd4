import { setTimeout as pause } from 'node:timers/promises';
import type { Round } from '../domain/round.ts';
import { type Clock, type RouterToRead, readRound } from './round.ts';
import { createRouterReads, type OnRead } from './router-reads.ts';

export interface CollectorTerms {
  routers: readonly RouterToRead[];
  /** Seconds without a round after which the collector starts one, and the first one soon after its start; 0 = never. */
  heartbeat: number;
  /** Seconds for which a finished round is reused; 0 = never. */
  minInterval: number;
}

/** Reads the routers on request, one round at a time. */
export interface Collector {
  /**
   * Starts a round, or joins the one that is running, and resolves when it is posted or when `patience` (seconds) is over; null waits for
   * the end. How long a round takes is set by its routers' timeouts, never by who asks.
   */
  round(patience: number | null): Promise<void>;
  /** The same, to the end of the round, and reads the routers although a finished round could be reused. */
  read(): Promise<void>;
  /**
   * For those who watch: starts a round if none has ended for `commit` seconds, else reads the routers without posting. A router that is
   * being read already is not asked again; a round that needs it meanwhile shares its answer. Returns the names of the routers whose
   * reading it started, and whether they are a round's.
   */
  look(commit: number): { started: string[]; isRound: boolean };
  /** Passes on the answer of each router as it arrives; null: to nobody. */
  watch(onRead: OnRead | null): void;
  setTerms(terms: CollectorTerms): void;
  /** Waits for the end of the running round, cuts short what is read beside it, and starts nothing until the returned function is called. */
  hold(): Promise<() => void>;
  /** Cuts the running round short, waits until what it read is posted, and stops. */
  stop(): Promise<void>;
}

/** Seconds of a router's timeout, and of a caller's, that are left for posting and rendering. */
const RESERVE = 0.5;

/** Seconds after the start in which somebody usually scrapes; else the first round comes by itself, long before a heartbeat is over. */
const FIRST = 20;

/** Milliseconds to wait for a joined round: longer than a round with the same timeout takes, so that both show the same. */
const patienceOf = (timeout: number): number => Math.round(Math.max(0.1, timeout - RESERVE / 2) * 1000);

/** Creates a collector, and starts its heartbeat. `post` gets each round that was read; `onBug` gets what a round throws that nobody waits for. */
export function createCollector(
  given: CollectorTerms,
  post: (round: Round) => Promise<void>,
  clock: Clock,
  onBug: (error: unknown) => void,
): Collector {
  let terms = given;
  let running: { done: Promise<void>; cut: AbortController } | null = null;
  let finished: number | null = null;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let waitsSince: number;
  let held: Promise<void> | null = null;
  let onRead: OnRead | null = null;
  const reads = createRouterReads(clock, (read) => onRead?.(read), onBug);

  async function round(patience: number | null): Promise<void> {
    const done = running?.done ?? start();
    await (patience === null ? done : atMost(done, patience));
  }

  const read = async (): Promise<void> => running?.done ?? start(false);

  function start(mayReuse = true): Promise<void> {
    if (held !== null) return held.then(() => running?.done ?? start(mayReuse));
    const isFresh = mayReuse && finished !== null && clock.tick() - finished < terms.minInterval * 1000;
    if (stopped || isFresh) return Promise.resolve();
    const cut = new AbortController();
    const done = run(cut.signal).finally(() => {
      running = null;
      finished = clock.tick();
      waitForNext();
    });
    // Nobody may be waiting for it any more when it fails.
    done.catch(() => undefined);
    running = { done, cut };
    return done;
  }

  /** Waits at most `timeout`: a joined round may take longer, then the caller gets what is known by then. */
  async function atMost(done: Promise<void>, timeout: number): Promise<void> {
    const patience = new AbortController();
    const waited = pause(patienceOf(timeout), undefined, { signal: patience.signal, ref: false });
    await Promise.race([done, waited]).finally(() => patience.abort());
  }

  const toRead = () => terms.routers.map((router) => ({ ...router, timeout: router.timeout - RESERVE }));

  async function run(signal: AbortSignal): Promise<void> {
    await post(await readRound(toRead(), signal, clock, reads.read));
  }

  function look(commit: number): { started: string[]; isRound: boolean } {
    if (stopped || held !== null) return { started: [], isRound: false };
    const least = Math.max(commit, terms.minInterval) * 1000;
    const isDue = running === null && (finished === null || clock.tick() - finished >= least);
    if (!isDue) return { started: reads.readBetween(toRead()), isRound: false };
    const before = reads.running();
    start().catch(onBug);
    return { started: reads.running().filter((name) => !before.includes(name)), isRound: true };
  }

  function waitForNext(since = clock.tick()): void {
    clearTimeout(timer);
    waitsSince = since;
    if (stopped || terms.heartbeat === 0) return;
    const seconds = finished === null ? Math.min(FIRST, terms.heartbeat) : terms.heartbeat;
    const waited = clock.tick() - since;
    // Where a round that has just ended is reused, none begins that would wait for the next.
    timer = setTimeout(
      () =>
        void round(null)
          .catch(onBug)
          .finally(() => waitForNext()),
      Math.max(0, seconds * 1000 - waited),
    );
    timer.unref();
  }

  waitForNext();
  return {
    round,
    read,
    look,
    watch(next) {
      onRead = next;
    },
    setTerms(next) {
      terms = next;
      // Not from the beginning, or reloads that come often would keep it from reading.
      waitForNext(waitsSince);
    },
    async hold() {
      await held;
      let release = () => {};
      held = new Promise((resolve) => {
        release = () => {
          held = null;
          resolve();
        };
      });
      await running?.done.catch(() => undefined);
      await reads.cut();
      return release;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      running?.cut.abort();
      await reads.cut();
      await running?.done.catch(onBug);
    },
  };
}
