/** Wrong passwords in a row after which nobody can log in, and for how long, ms. */
const MOST_WRONG = 10;
const LOCK_MS = 2 * 3_600_000;

/** What a simulated router saw of those who asked to be let in. */
export interface LoginCounts {
  logins: number;
  logouts: number;
  /** Wrong passwords. */
  refused: number;
  /** Logins that were turned away because somebody else was in. */
  busy: number;
  /** Sessions that were thrown out for somebody else. */
  kicked: number;
  /** Sessions that the same machine left open and replaced with another one. */
  replaced: number;
}

/** Who is logged in at a simulated router: one at a time, and nobody after too many wrong passwords. */
export class Logins {
  readonly counts: LoginCounts = { logins: 0, logouts: 0, refused: 0, busy: 0, kicked: 0, replaced: 0 };
  readonly #now: () => number;
  #session: string | null = null;
  #owner = false;
  #wrong = 0;
  #lockedUntil = 0;

  /** `now` is Unix ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether the owner is logged in with a browser. */
  setOwner(isIn: boolean): void {
    this.#owner = isIn;
    if (isIn && this.#session !== null) {
      this.#session = null;
      this.counts.kicked += 1;
    }
  }

  get isLocked(): boolean {
    return this.#now() < this.#lockedUntil;
  }

  /** Whether anybody but the owner is in. */
  get isTaken(): boolean {
    return this.#session !== null;
  }

  /** Attempts that are left before nobody can log in. */
  get attemptsLeft(): number {
    return Math.max(0, MOST_WRONG - this.#wrong);
  }

  logIn(id: string, isRight: boolean): 'in' | 'wrong' | 'busy' | 'locked' {
    if (this.isLocked) return 'locked';
    if (!isRight) {
      this.counts.refused += 1;
      this.#wrong += 1;
      if (this.#wrong >= MOST_WRONG) [this.#lockedUntil, this.#wrong] = [this.#now() + LOCK_MS, 0];
      return 'wrong';
    }
    if (this.#session !== null && this.#session !== id) this.counts.replaced += 1;
    if (this.#owner) {
      this.counts.busy += 1;
      return 'busy';
    }
    this.#wrong = 0;
    if (this.#session !== id) this.counts.logins += 1;
    this.#session = id;
    return 'in';
  }

  isIn(id: string): boolean {
    return this.#session === id;
  }

  logOut(id: string): boolean {
    if (this.#session !== id) return false;
    this.#session = null;
    this.counts.logouts += 1;
    return true;
  }
}
