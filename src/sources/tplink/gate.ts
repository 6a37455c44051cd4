import { SourceError } from '../../errors.ts';
import { Refusal } from './refusal.ts';

/** Ms to wait after each refusal in a row. A password that may be wrong is not tried often, so the waits for it are long. */
const WAITS: readonly number[] = [60_000, 120_000, 300_000, 600_000, 900_000];
const LONG_WAITS: readonly number[] = [60_000, 600_000, 1_800_000];
/**
 * Requests in a row with a password that no answer has proved right: some routers lock logins after five wrong ones. `again`: it has worked
 * before. `refusedAgain`: and then was refused, or somebody else was logged in.
 */
const MOST = { never: 3, again: 6, refusedAgain: 4 } as const;

/** What became of the password, as a stay sees it. */
export interface Trial {
  /** Whether the password has worked since the configuration was read. */
  readonly hasWorked: boolean;
  /** Whether one more request with the password may be spent on a logout, although nothing has proved it in this stay. */
  readonly mayLeave: boolean;
  /** Call before each request that carries the password, until one was answered as with a right one. Throws a Refusal where it was tried enough. */
  sent(): void;
  /** An answer has proved the password right. */
  accepted(): void;
}

/** Whether a router may be asked to let us in, so that its owner is never locked out. */
export interface LoginGate {
  trial: Trial;
  /** Starts a stay. Throws the last refusal, in the same words, while the router is not to be asked. */
  check(): void;
  /** Returns the error to report: whatever became of a password that nothing has proved is a refusal. */
  refused(error: unknown): unknown;
}

/** One for each configuration of a router; `tick` is ms on a monotonic clock. */
export function loginGate(tick: () => number): LoginGate {
  let shut: { until: number; error: SourceError } | null = null;
  let hasWorked = false;
  let inARow = 0;
  /** Requests since the password was last proved right, and how many of them are of this stay. */
  let tried = 0;
  let ofStay = 0;

  const most = () => (hasWorked ? MOST.again : MOST.never);

  function isFinal({ kind }: Refusal): boolean {
    switch (kind) {
      case 'password':
        return true;
      case 'either':
        // A password that was accepted before is tried again a few times, because it may have been changed since.
        return !hasWorked || tried >= MOST.refusedAgain;
      case 'unclear':
        return tried >= most();
      case 'busy':
        return false;
      default:
        return kind satisfies never;
    }
  }

  /** Nothing else is known of a password that was sent and not proved. */
  function refusalOf(error: SourceError): Refusal | null {
    if (error instanceof Refusal) return error;
    return ofStay === 0 ? null : new Refusal('unclear', `nobody knows what became of the login: ${error.message}`, error.reason);
  }

  return {
    trial: {
      get hasWorked() {
        return hasWorked;
      },
      get mayLeave() {
        return hasWorked && inARow === 0 && tried < most();
      },
      sent() {
        if (tried >= most()) throw new Refusal('unclear', 'no answer has shown whether the password is right');
        tried += 1;
        ofStay += 1;
      },
      accepted() {
        [shut, hasWorked, inARow, tried, ofStay] = [null, true, 0, 0, 0];
      },
    },
    check() {
      if (shut !== null && tick() < shut.until) throw shut.error;
      ofStay = 0;
    },
    refused(error) {
      if (!(error instanceof SourceError)) return error;
      if (ofStay > 0 && ['connect', 'tls'].includes(error.reason)) {
        // Nothing was sent.
        [tried, ofStay] = [tried - 1, ofStay - 1];
        if (ofStay === 0) return error;
      }
      const refusal = refusalOf(error);
      if (refusal === null) return error;
      if (refusal.kind === 'busy') tried -= ofStay;
      inARow += 1;
      const isOver = isFinal(refusal);
      const waits = refusal.kind === 'either' ? LONG_WAITS : WAITS;
      const wait = waits[Math.min(inARow, waits.length) - 1] ?? 0;
      const then = isOver ? 'not tried again until the configuration changes' : 'waiting, and trying again every few minutes';
      // The log has a line for each new reason.
      const reported = new SourceError(isOver ? 'auth' : refusal.reason, `${refusal.message}; ${then}`);
      shut = { until: isOver ? Number.POSITIVE_INFINITY : tick() + wait, error: reported };
      return reported;
    },
  };
}
