import { EARLIEST_NOW, HOUR_MS, instantText } from '../../domain/calendar.ts';
import type { Round } from '../../domain/round.ts';
import { type AuditRow, ledgerNote } from '../books.ts';
import type { LedgerState } from '../state.ts';

const AGREE_MS = 600_000;
const MOST_SUSPENDED_MS = 24 * HOUR_MS;

/** Whether a round's time can be posted by. Rule: clock. */
export type ClockVerdict = { trusted: true; despite: string | null } | { trusted: false; why: string };

/**
 * Whether the wall clock can be posted by. Posting is suspended while the clock is before 2025 or behind the last posting, and while it
 * has jumped ahead and every router's clock says otherwise. It resumes by itself: when the clock has passed the last posting, when a
 * router's clock agrees with it, or after a day, so that a clock that was a year ahead does not stop the meter for a year.
 * `suspendedFor` and `sincePosting` (null if this process has posted nothing) are in ms on the monotonic clock; `despite` is what was wrong with a clock that is trusted all the same.
 */
export function judgeClock(round: Round, postedAt: number, suspendedFor: number, sincePosting: number | null = null): ClockVerdict {
  const now = round.finishedAt;
  if (now < EARLIEST_NOW) return { trusted: false, why: `the clock says ${instantText(now)}, which is before 2025` };
  const clocks = round.routers.flatMap(({ system }) => (system !== null && system.time * 1000 >= EARLIEST_NOW ? [system.time * 1000] : []));
  const why = now < postedAt ? behind(now, postedAt) : ahead(now, postedAt, clocks, sincePosting ?? 0);
  if (why === null) return { trusted: true, despite: null };
  if (now < postedAt && clocks.some((clock) => Math.abs(clock - now) < AGREE_MS))
    return { trusted: true, despite: `${why}; a router's clock agrees` };
  if (suspendedFor > MOST_SUSPENDED_MS) return { trusted: true, despite: `${why}; it has said so for a day` };
  return { trusted: false, why };
}

const behind = (now: number, postedAt: number) =>
  `the clock says ${instantText(now)}, which is before the last posting at ${instantText(postedAt)}`;

/**
 * A jump is contradicted by clocks that continued from the last posting. A clock far behind it was never set, and says nothing. Time that
 * passed on the monotonic clock is not a jump.
 */
function ahead(now: number, postedAt: number, clocks: readonly number[], passed: number): string | null {
  const contradicts = (clock: number) => clock >= postedAt - HOUR_MS && clock < now - HOUR_MS;
  if (postedAt === 0 || now - postedAt - passed <= HOUR_MS || clocks.length === 0 || !clocks.every(contradicts)) return null;
  return `the clock says ${instantText(now)}, but the routers say ${instantText(Math.max(...clocks))}`;
}

/** Remembers since when the clock has not been trusted. `tick` is ms on a clock that never steps. Rule: clock. */
export interface ClockWatch {
  /** Whether a round can be posted; a clock that is trusted again, or although something speaks against it, is a row of the audit. */
  judge(round: Round, postedAt: number, tick: number): { why: string } | { row: AuditRow | null };
  /** A round that began at `tick` is posted. */
  posted(tick: number): void;
}

export function createClockWatch(state: Pick<LedgerState, 'suspendedBecause'>): ClockWatch {
  let suspendedSince: number | null = null;
  let postedTick: number | null = null;
  return {
    judge(round, postedAt, tick) {
      const suspendedFor = suspendedSince === null ? 0 : tick - suspendedSince;
      const verdict = judgeClock(round, postedAt, suspendedFor, postedTick === null ? null : tick - postedTick);
      if (!verdict.trusted) {
        suspendedSince ??= tick;
        state.suspendedBecause = verdict.why;
        return verdict;
      }
      const pause =
        suspendedSince === null ? null : `nothing was posted for ${Math.round(suspendedFor / 1000)} s while ${state.suspendedBecause}`;
      const why = [pause, verdict.despite].filter((text) => text !== null).join('; ');
      return { row: why === '' ? null : ledgerNote(round.finishedAt, 'clock', why) };
    },
    posted(tick) {
      suspendedSince = null;
      postedTick = tick;
      state.suspendedBecause = null;
    },
  };
}
