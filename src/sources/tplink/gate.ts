import { SourceError } from '../../errors.ts';
import type { LoginMemory } from '../kind.ts';
import { Refusal } from './refusal.ts';

const MINUTE = 60_000;

/** Ms to wait after each refusal in a row, and the words for it. */
interface Patience {
  waits: readonly number[];
  words: string;
}

const USUAL: Patience = { waits: [1, 2, 5, 10, 15].map((minutes) => minutes * MINUTE), words: 'every few minutes' };
/** The router does not say whether the password is wrong: it is not tried often. */
const DOUBTFUL: Patience = { waits: [1, 10, 30].map((minutes) => minutes * MINUTE), words: 'every few minutes' };
/** And it has only worked before a restart: nearly all who are logged in have left by then, and a wrong one is sent twice in a day. */
const REMEMBERED: Patience = {
  waits: [30 * MINUTE, 24 * 60 * MINUTE],
  words: 'after 30 minutes, then once a day, because the password has worked before',
};

/**
 * Requests in a row with a password that no answer has proved right: some routers lock logins after five wrong ones. `again`: it has worked
 * before. `refusedAgain`: and then was refused, or somebody else was logged in; these are counted over restarts too.
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
  refused(error: unknown): Promise<unknown>;
}

/**
 * One for each configuration of a router; `tick` is ms on a monotonic clock. `warn` gets the last refusal where the log, which has a line for
 * each new reason, would not show it.
 */
export function loginGate(tick: () => number, memory: LoginMemory, warn: (message: string) => void): LoginGate {
  let shut: { until: number; error: SourceError } | null = null;
  let hasWorked = false;
  /** Whether it has worked before a restart, which is asked only when it matters. */
  let isRemembered = false;
  let inARow = 0;
  /** How many of these may mean a wrong password. */
  let doubts = 0;
  /** Requests since the password was last proved right, and how many of them are of this stay. */
  let tried = 0;
  let ofStay = 0;

  const most = () => (hasWorked ? MOST.again : isRemembered ? MOST.refusedAgain : MOST.never);

  /** Whether the password is not tried again. */
  async function isFinal({ kind }: Refusal): Promise<boolean> {
    switch (kind) {
      case 'password':
        return true;
      case 'either': {
        doubts += 1;
        const refusals = await memory.refused();
        isRemembered = refusals !== null;
        // A password that was accepted before is tried again a few times, because it may have been changed since.
        return !(hasWorked || isRemembered) || Math.max(tried, refusals ?? 0) >= MOST.refusedAgain;
      }
      case 'unclear':
        return tried >= most();
      case 'busy':
        return false;
      default:
        return kind satisfies never;
    }
  }

  /** Ms to wait, and the words for it. */
  function waitAfter({ kind }: Refusal): { ms: number; words: string } {
    const { waits, words } = kind !== 'either' ? USUAL : hasWorked ? DOUBTFUL : REMEMBERED;
    const times = kind === 'either' ? doubts : inARow;
    return { ms: waits[Math.min(times, waits.length) - 1] ?? 0, words };
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
        [shut, hasWorked, inARow, doubts, tried, ofStay] = [null, true, 0, 0, 0, 0];
        memory.worked();
      },
    },
    check() {
      if (shut !== null && tick() < shut.until) throw shut.error;
      ofStay = 0;
    },
    async refused(error) {
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
      const isOver = await isFinal(refusal);
      const { ms, words } = waitAfter(refusal);
      const then = isOver ? 'not tried again until the configuration changes' : `waiting, and trying again ${words}`;
      const reported = new SourceError(isOver ? 'auth' : refusal.reason, `${refusal.message}; ${then}`);
      if (isOver && shut?.error.reason === reported.reason) warn(reported.message);
      shut = { until: isOver ? Number.POSITIVE_INFINITY : tick() + ms, error: reported };
      return reported;
    },
  };
}
