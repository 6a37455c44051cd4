import { setTimeout as pause } from 'node:timers/promises';
import type { Round } from '../domain/round.ts';
import { type Clock, type RouterToRead, readRound } from './round.ts';

export interface CollectorTerms {
  routers: readonly RouterToRead[];
  /** Seconds without a round after which the collector starts one; 0 = never. */
  heartbeat: number;
  /** Seconds for which a finished round is reused; 0 = never. */
  minInterval: number;
}

/** Reads the routers on request, one round at a time. */
export interface Collector {
  /** Runs a round or joins the running one; resolves when it is posted. `timeout` in seconds; null if the caller has none. */
  round(timeout: number | null): Promise<void>;
  setTerms(terms: CollectorTerms): void;
  /** Cuts the running round short, waits until what it read is posted, and stops. */
  stop(): Promise<void>;
}

const USUAL_TIMEOUT = 10;
/** Seconds of the caller's timeout reserved for posting and rendering. */
const RESERVE = 0.5;

/** Milliseconds to wait for a joined round: longer than a round with the same timeout takes, so that both show the same. */
const patienceOf = (timeout: number): number => Math.round(Math.max(0.1, timeout - RESERVE / 2) * 1000);

/** Milliseconds of a caller's timeout for reading. */
const deadline = (timeout: number): number => Math.round(Math.max(0.1, timeout - RESERVE) * 1000);

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

  function round(timeout: number | null): Promise<void> {
    if (running !== null) return timeout === null ? running.done : atMost(running.done, timeout);
    if (stopped) return Promise.resolve();
    if (finished !== null && clock.tick() - finished < terms.minInterval * 1000) return Promise.resolve();
    const cut = new AbortController();
    // Not AbortSignal.timeout: that would keep the signal and its listeners in memory until the timeout.
    const late = setTimeout(() => cut.abort(), deadline(timeout ?? USUAL_TIMEOUT));
    const done = run(cut.signal).finally(() => {
      clearTimeout(late);
      running = null;
      finished = clock.tick();
      waitForNext();
    });
    running = { done, cut };
    return done;
  }

  /** Waits at most `timeout`: a joined round may take longer, then the caller gets what is known by then. */
  async function atMost(done: Promise<void>, timeout: number): Promise<void> {
    const patience = new AbortController();
    await Promise.race([done, pause(patienceOf(timeout), undefined, { signal: patience.signal, ref: false })]).finally(() =>
      patience.abort(),
    );
  }

  async function run(signal: AbortSignal): Promise<void> {
    await post(await readRound(terms.routers, signal, clock));
  }

  function waitForNext(): void {
    clearTimeout(timer);
    if (stopped || terms.heartbeat === 0) return;
    timer = setTimeout(() => void round(null).catch(onBug), terms.heartbeat * 1000);
    timer.unref();
  }

  waitForNext();
  return {
    round,
    setTerms(next) {
      terms = next;
      waitForNext();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      running?.cut.abort();
      await running?.done.catch(onBug);
    },
  };
}
