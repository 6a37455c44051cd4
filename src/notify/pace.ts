/** How fast notices go out. Times are ms. */
export interface Pace {
  /** Between two messages to one target: what happens meanwhile goes out together. Also the first pause after a failure. */
  gap: number;
  /** The longest pause after failures; each is twice as long as the one before. */
  longestPause: number;
  /** How old a notice may get before it is dropped. */
  keep: number;
  /** Notices that may wait for one target; the oldest are dropped. */
  mostPending: number;
  /** How long a message may take. */
  patience: number;
}

const MINUTE = 60_000;

export const PACE: Pace = { gap: MINUTE, longestPause: 60 * MINUTE, keep: 2 * 24 * 60 * MINUTE, mostPending: 500, patience: 30_000 };
