import type { RouterRound } from '../domain/round.ts';
import type { Collector } from './collector.ts';

export interface LiveLoopTerms {
  /** Seconds between two readings. */
  interval: number;
  /** Seconds after which a reading is a round, and so posted. */
  commit: number;
}

/** What happens while somebody watches. */
interface LiveLoopEvents {
  /** A router was read, in a round or between two. */
  onRead(read: RouterRound): void;
  /** Once in each interval: all routers that are quick enough have been read. */
  onTurn(): void;
  onBug(error: unknown): void;
}

/** Reads all routers once in each interval from its start to its stop. */
export interface LiveLoop {
  start(terms: LiveLoopTerms): void;
  stop(): void;
  /** How often routers were read beside rounds. */
  readonly readings: number;
}

/** Does nothing until it is started. */
export function createLiveLoop(collector: Pick<Collector, 'look' | 'watch'>, events: LiveLoopEvents): LiveLoop {
  let readings = 0;
  let next: NodeJS.Timeout | undefined;
  let patience: NodeJS.Timeout | undefined;
  /** Of this turn: routers whose reading it started, and those of them that it waits for. */
  let started: readonly string[] = [];
  let awaited = new Set<string>();
  /** Routers that the last turn had to do without: no other waits for them again until they are quick. */
  const late = new Set<string>();

  function turn(terms: LiveLoopTerms): void {
    endTurn();
    next = setTimeout(() => turn(terms), terms.interval * 1000);
    const looked = collector.look(terms.commit);
    if (!looked.isRound && looked.started.length > 0) readings += 1;
    started = looked.started;
    awaited = new Set(started.filter((name) => !late.has(name)));
    patience = setTimeout(endTurn, awaited.size === 0 ? 0 : terms.interval * 500);
  }

  function endTurn(): void {
    if (patience === undefined) return;
    clearTimeout(patience);
    patience = undefined;
    for (const name of awaited) late.add(name);
    guarded(() => events.onTurn());
  }

  function onRead(read: RouterRound): void {
    guarded(() => events.onRead(read));
    if (patience === undefined || !started.includes(read.router)) return;
    late.delete(read.router);
    if (awaited.delete(read.router) && awaited.size === 0) endTurn();
  }

  /** A bug in what is shown must not fail a round. */
  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      events.onBug(error);
    }
  }

  return {
    start(terms) {
      collector.watch(onRead);
      turn(terms);
    },
    stop() {
      collector.watch(null);
      clearTimeout(next);
      clearTimeout(patience);
      patience = undefined;
      late.clear();
    },
    get readings() {
      return readings;
    },
  };
}
