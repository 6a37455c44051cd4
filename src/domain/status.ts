import { FAILURE_REASONS, type FailureReason } from '../errors.ts';
import type { Observation, SourceName, System } from './observation.ts';
import type { Round } from './round.ts';

/** Why a source failed. */
export interface SourceFailure {
  reason: FailureReason;
  message: string;
  /** What helps for this failure, where that differs from what helps for its reason. */
  todo?: string;
}

/** The state of one source of a router since the process started. */
export interface SourceStatus {
  source: SourceName;
  /** Whether the last round succeeded; false before the first. */
  success: boolean;
  /** Unix ms; null before the first. */
  lastTried: number | null;
  lastSuccess: number | null;
  /** Duration of the last reading in seconds. */
  duration: number;
  error: SourceFailure | null;
  errors: Map<FailureReason, number>;
  /** Skipped lines of the last answer. */
  skipped: number;
  /** Why the first of them were. */
  skippedBecause: readonly string[];
  /** From the last round; null if that failed. */
  observation: Observation | null;
}

/** A configured router and its current state. */
export interface RouterStatus {
  name: string;
  /** Where it is read, without credentials. */
  addresses: readonly string[];
  /** The last that it reported about itself. */
  system: System | null;
  /** Whether any source answered in the last round. */
  up: boolean;
  sources: Map<SourceName, SourceStatus>;
  /** What its owner can do about a failure of a source for that reason: sentences. */
  todoFor: TodoFor;
}

/** What the owner of a router can do about the failure of a source: sentences. */
export const remedyOf = ({ todoFor }: RouterStatus, source: SourceName, { reason, todo }: SourceFailure): string =>
  todo ?? todoFor(source, reason);

type TodoFor = (source: SourceName, reason: FailureReason) => string;

/** The status of a router before its first round. */
export function newStatus(
  name: string,
  addresses: readonly string[],
  sources: readonly SourceName[],
  todoFor: TodoFor = () => '',
): RouterStatus {
  return { name, addresses, system: null, up: false, sources: new Map(sources.map((source) => [source, newSource(source)])), todoFor };
}

function newSource(source: SourceName): SourceStatus {
  return {
    source,
    success: false,
    lastTried: null,
    lastSuccess: null,
    duration: 0,
    error: null,
    errors: new Map(FAILURE_REASONS.map((reason) => [reason, 0])),
    skipped: 0,
    skippedBecause: [],
    observation: null,
  };
}

/** Updates the statuses with a finished round. */
export function updateStatuses(statuses: ReadonlyMap<string, RouterStatus>, round: Round): void {
  for (const { router, system, results } of round.routers) {
    const status = statuses.get(router);
    if (status === undefined) continue;
    status.system = system ?? status.system;
    status.up = results.some((result) => result.status === 'ok');
    for (const result of results) {
      const source = status.sources.get(result.source) ?? newSource(result.source);
      status.sources.set(result.source, source);
      source.success = result.status === 'ok';
      source.lastTried = result.at;
      source.duration = result.duration;
      if (result.status === 'ok') {
        Object.assign(source, { lastSuccess: result.at, error: null, skipped: result.skipped, observation: result.observation });
        source.skippedBecause = result.skippedBecause ?? [];
      } else {
        source.error = { reason: result.reason, message: result.message, ...(result.todo !== undefined && { todo: result.todo }) };
        source.errors.set(result.reason, (source.errors.get(result.reason) ?? 0) + 1);
        source.observation = null;
      }
    }
    // A router that no longer counts hosts, has no peers left, or turns out to count hosts in place of machines, loses that source.
    for (const source of ['hosts', 'statistics', 'peers'] as const)
      if (!results.some((result) => result.source === source)) status.sources.delete(source);
  }
}

/** The failure that shows that something answers at a router's address, although nothing could be read there; null if there is none. */
export function answeredWith({ up, sources }: RouterStatus): SourceFailure | null {
  if (up) return null;
  const errors = [...sources.values()].map(({ error }) => error);
  return errors.find((error) => error !== null && error.reason !== 'timeout' && error.reason !== 'connect') ?? null;
}

/** Ms after which a reading is no longer current, however seldom the program reads by itself. */
export const SILENT_AFTER_MS = 900_000;

/** Whether the last attempt of a source succeeded, and not too long ago to say anything about now. */
export const isCurrent = ({ success, lastSuccess }: SourceStatus, now: number): boolean =>
  success && lastSuccess !== null && now - lastSuccess <= SILENT_AFTER_MS;

/** Whether any source of a router is current. */
export const isUp = ({ up, sources }: RouterStatus, now: number): boolean =>
  up && [...sources.values()].some((source) => isCurrent(source, now));

/**
 * Names of routers that are read twice: they show the same boot, whose id is random, and the same source, so its bytes are counted twice. A
 * router and the WireGuard server on it are not: they have no source in common, nor have several that are read for leases alone.
 */
export function readTwice(routers: Iterable<RouterStatus>): string[][] {
  const found = new Map<string, Set<string>>();
  for (const { name, system, up, sources } of routers) {
    if (system === null || !up) continue;
    for (const { source, success } of sources.values()) {
      if (!success || source === 'leases' || source === 'neighbours') continue;
      const key = `${system.bootId} ${source}`;
      found.set(key, (found.get(key) ?? new Set()).add(name));
    }
  }
  const groups = [...found.values()].filter(({ size }) => size > 1).map((names) => [...names]);
  return [...new Map(groups.map((names) => [names.join(), names])).values()];
}

/** What is wrong with routers that are read twice, and what to do, as two sentences. */
export const readTwiceWords = (names: readonly string[]): { what: string; todo: string } => ({
  what: `${names.join(' and ')} are the same router under two addresses, so all its bytes are counted twice`,
  todo: 'Remove all but one of them from the configuration.',
});

/** A router with sources that have not been read for a time. */
export interface SilentRouter {
  router: string;
  sources: SourceName[];
  /** Unix ms of the latest success of any of them, or of the start of the program. */
  since: number;
  /** Why the last attempt failed; null if there was none. */
  why: string | null;
}

/** Routers with sources whose last success is more than `limit` ms ago; `startedAt` counts for those that never succeeded. */
export function silentRouters(routers: Iterable<RouterStatus>, now: number, startedAt: number, limit: number): SilentRouter[] {
  return [...routers].flatMap(({ name, sources }) => {
    const silent = [...sources.values()].filter(({ lastSuccess }) => now - (lastSuccess ?? startedAt) > limit);
    if (silent.length === 0) return [];
    const since = Math.max(...silent.map(({ lastSuccess }) => lastSuccess ?? startedAt));
    return [{ router: name, sources: silent.map(({ source }) => source), since, why: silent[0]?.error?.message ?? null }];
  });
}
