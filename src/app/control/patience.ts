/** Ms after the first trouble, doubled with each one up to the most. */
const [PAUSE_MS, LONGEST_PAUSE_MS] = [60_000, 1_800_000];
/** Requests that what a router shows may cause at once, and ms for each further one. */
const [AT_ONCE, EACH_MS] = [10, 60_000];

/** When one router may be asked, by ms of a monotonic clock. A decision is tried at once; nothing that a router says makes it one. */
export interface AskingPatience {
  /** Whether it may be asked now, which uses up a request. */
  takes(tick: number): boolean;
  /** It failed, or it lost what it had. */
  troubled(tick: number): void;
  /** It has kept what it was asked for. Only that, for as long as the last pause, ends trouble: not what it says of itself. */
  kept(tick: number): void;
  /** It is reached again, or somebody decided something else. */
  ended(): void;
}

export function patience(): AskingPatience {
  let [troubles, notBefore, calmAt] = [0, 0, 0];
  let [requests, filledAt] = [AT_ONCE, 0];
  return {
    takes(tick) {
      requests = Math.min(AT_ONCE, requests + (tick - filledAt) / EACH_MS);
      filledAt = tick;
      if ((troubles > 0 && tick < notBefore) || requests < 1) return false;
      requests -= 1;
      return true;
    },
    troubled(tick) {
      const pause = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** Math.min(troubles, 10));
      notBefore = tick + pause;
      calmAt = notBefore + pause;
      troubles += 1;
    },
    kept(tick) {
      if (tick >= calmAt) troubles = 0;
    },
    ended() {
      troubles = 0;
    },
  };
}
