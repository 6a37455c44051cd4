import { setMaxListeners } from 'node:events';
import type { Round, RouterRound, SourceResult } from '../domain/round.ts';
import { SourceError } from '../errors.ts';
import type { Probe, ProbeResult } from '../sources/source.ts';

/** A router and the requests that read it. */
export interface RouterToRead {
  name: string;
  probes: readonly Probe[];
  /** Seconds that it has to answer. */
  timeout: number;
  /** It is not read between rounds, because each reading costs it much, such as a login. */
  onlyInRounds?: boolean;
}

/** The two clocks: `now` is Unix ms, `tick` is ms of a monotonic clock. */
export interface Clock {
  now(): number;
  tick(): number;
}

/** Reads all routers at once until `signal` aborts. A router that fails does not affect the others. */
export async function readRound(
  routers: readonly RouterToRead[],
  signal: AbortSignal,
  clock: Clock,
  readOne: typeof readRouter = readRouter,
): Promise<Round> {
  // One for each router: Node warns of more than ten.
  setMaxListeners(0, signal);
  const startedAt = clock.now();
  const read = await Promise.all(routers.map((router) => readOne(router, signal, clock)));
  return { routers: read, startedAt, finishedAt: clock.now() };
}

/** Reads one router with all its probes until `signal` aborts. */
export async function readRouter({ name, probes, timeout }: RouterToRead, signal: AbortSignal, clock: Clock): Promise<RouterRound> {
  const late = new AbortController();
  const abort = () => late.abort();
  // Not AbortSignal.timeout or any: they would keep the round, and everything that listened to it, until the time is over.
  const timer = setTimeout(abort, timeout * 1000);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const answers = await Promise.all(probes.map((probe) => ask(probe, late.signal, clock))).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  });
  return {
    router: name,
    system: answers.find((answer) => answer.system !== null)?.system ?? null,
    results: answers.flatMap((answer) => answer.results),
  };
}

/** The error boundary: an error of a router becomes a failed result. Any other error is a bug and is rethrown. Rule: failure. */
async function ask(probe: Probe, signal: AbortSignal, clock: Clock): Promise<{ system: ProbeResult['system']; results: SourceResult[] }> {
  const began = clock.tick();
  try {
    const result = await probe.collect(signal);
    const times = { at: clock.now(), duration: (clock.tick() - began) / 1000 };
    return { system: result.system, results: result.sources.map((source) => resultOf(source, probe.origin, times)) };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const times = { at: clock.now(), duration: (clock.tick() - began) / 1000 };
    return { system: null, results: probe.sources.map((source) => failed(source, error, times)) };
  }
}

type Times = Pick<SourceResult, 'at' | 'duration'>;

function resultOf(
  { source, skipped = 0, skippedBecause = [], unread = [], isPartial = false, observation, origin: within }: ProbeResult['sources'][number],
  probe: string,
  times: Times,
): SourceResult {
  if (observation instanceof SourceError) return failed(source, observation, times);
  const origin = within === undefined ? probe : `${probe} ${within}`;
  return { status: 'ok', source, origin, observation, skipped, skippedBecause, unread, ...(isPartial && { isPartial }), ...times };
}

const failed = (source: SourceResult['source'], { reason, message, todo }: SourceError, times: Times): SourceResult => ({
  status: 'failed',
  source,
  reason,
  message,
  ...(todo !== null && { todo }),
  ...times,
});
