import { SourceError } from '../../errors.ts';
import { Refusal, type RefusalKind } from './refusal.ts';

/** Ms to wait after each refusal in a row. */
const WAITS = [60_000, 120_000, 300_000, 600_000, 900_000];
/** Refusals in a row that may each be a refused password: routers lock logins after ten. */
const MOST_EITHER = 6;

/** Whether a router may be asked to let us in, so that its owner is never locked out. */
export interface LoginGate {
  /** Throws the last refusal, in the same words, while it is not to be asked. */
  check(): void;
  /** A login succeeded. */
  opened(): void;
  /** Returns the error to report. */
  refused(error: unknown): unknown;
}

/** One for each configuration of a router; `tick` is ms on a monotonic clock. */
export function loginGate(tick: () => number): LoginGate {
  let shut: { until: number; error: SourceError } | null = null;
  let wasOpen = false;
  let inARow = 0;

  /** A password that was accepted before is tried again a few times, because it may have been changed since. */
  function isFinal(kind: RefusalKind): boolean {
    switch (kind) {
      case 'password':
        return true;
      case 'either':
        return !wasOpen || inARow >= MOST_EITHER;
      case 'unclear':
        return !wasOpen && inARow >= MOST_EITHER;
      case 'busy':
        return false;
      default:
        return kind satisfies never;
    }
  }

  return {
    check() {
      if (shut !== null && tick() < shut.until) throw shut.error;
    },
    opened() {
      [shut, wasOpen, inARow] = [null, true, 0];
    },
    refused(error) {
      if (!(error instanceof Refusal)) return error;
      inARow += 1;
      const isOver = isFinal(error.kind);
      const wait = WAITS[Math.min(inARow, WAITS.length) - 1] ?? 0;
      const then = isOver ? 'not tried again until the configuration changes' : 'waiting, and trying again every few minutes';
      const reported = new SourceError(error.reason, `${error.message}; ${then}`);
      shut = { until: isOver ? Number.POSITIVE_INFINITY : tick() + wait, error: reported };
      return reported;
    },
  };
}
