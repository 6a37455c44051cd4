import type { FailureReason } from '../errors.ts';
import type { Observation, SourceName, System } from './observation.ts';

/** The result of one source of one router in a round. */
export type SourceResult =
  | {
      status: 'ok';
      source: SourceName;
      /** Format and address. Another origin of the same source starts with a first reading. */
      origin: string;
      observation: Observation;
      /** Lines skipped because they could not be parsed or exceeded a limit. */
      skipped: number;
      /** The first of them, in words for people. */
      skippedBecause?: readonly string[];
      /** Names of counters that are there, but whose value makes no sense. */
      unread?: readonly string[];
      /** Whether there was no room for some of its lines. */
      isPartial?: boolean;
      /** Unix ms at which the answer arrived. */
      at: number;
      /** Seconds. */
      duration: number;
    }
  | {
      status: 'failed';
      source: SourceName;
      reason: FailureReason;
      message: string;
      /** What helps for this failure, where that differs from what helps for its reason. */
      todo?: string;
      at: number;
      duration: number;
    };

/** A source that answered. */
export type AnsweredSource = Extract<SourceResult, { status: 'ok' }>;

export interface RouterRound {
  router: string;
  system: System | null;
  results: SourceResult[];
}

/** One reading of all routers. */
export interface Round {
  routers: RouterRound[];
  /** Unix ms. */
  startedAt: number;
  finishedAt: number;
}
