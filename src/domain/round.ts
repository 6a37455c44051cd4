import type { FailureReason } from '../errors.ts';
import type { Observation, SourceName, System } from './observation.ts';

/** How the reading of one source of one router ended. */
export type SourceResult =
  | {
      status: 'ok';
      source: SourceName;
      /** Format and address: another origin of the same source starts with a first reading. */
      origin: string;
      observation: Observation;
      /** Lines left out because they could not be understood or went over a bound. */
      skipped: number;
      /** Unix ms at which the answer had arrived. */
      at: number;
      /** Seconds. */
      duration: number;
    }
  | { status: 'failed'; source: SourceName; reason: FailureReason; message: string; at: number; duration: number };

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
