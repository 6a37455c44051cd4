import { dayOf, dayText, HOUR_MS, minuteText } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';

/** What is wrong with the ledger itself. */
export interface Trouble {
  what: 'write' | 'clock' | 'backup';
  why: string;
}

/** A trouble that lasts: in the memory of the process alone, because the ledger may be what cannot be written. */
interface Lasting {
  /** Unix ms, and ms of the clock that never steps. */
  since: number;
  tick: number;
  reported: boolean;
}

export type Troubles = ReadonlyMap<Trouble['what'], Lasting>;

const MINUTE = 60_000;

/** How long each has to last, and its words. A backup that failed is tried again every hour. */
const KINDS = {
  write: {
    after: 5 * MINUTE,
    subject: 'The ledger cannot be written',
    text: 'Nothing is counted meanwhile. Bytes that the routers count are added when it can be written again, unless a router restarts first.',
    over: 'The ledger is written again',
  },
  clock: {
    after: 15 * MINUTE,
    subject: 'Nothing is counted because the clock is wrong',
    text: 'Set the clock, or configure a time server. Counting continues by itself.',
    over: 'The clock is right again, and counting continues',
  },
  backup: {
    after: 2 * HOUR_MS,
    subject: 'The daily backup of the ledger fails',
    text: 'Counting continues. The backup is tried again every hour.',
    over: 'The ledger is backed up again',
  },
} as const satisfies Record<Trouble['what'], { after: number; subject: string; text: string; over: string }>;

/** Troubles that have lasted too long, and those reported before that are over. At most one of each kind a day. */
export function ledgerTrouble(
  before: Troubles,
  found: readonly Trouble[],
  { now, tick, timezone }: { now: number; tick: number; timezone: string },
): { notices: Notice[]; troubles: Troubles } {
  const notices: Notice[] = [];
  const troubles = new Map<Trouble['what'], Lasting>();
  const notice = (what: Trouble['what'], since: number, over: boolean, text: string): Notice => ({
    key: `trouble ${what} ${dayText(dayOf(since, timezone))}${over ? ' over' : ''}`,
    kind: 'trouble',
    subject: over ? KINDS[what].over : KINDS[what].subject,
    text,
    at: now,
  });
  for (const { what, why } of found) {
    const lasting = before.get(what) ?? { since: now, tick, reported: false };
    const tells = !lasting.reported && tick - lasting.tick >= KINDS[what].after;
    if (tells)
      notices.push(notice(what, lasting.since, false, `Since ${minuteText(lasting.since, timezone)}: ${why}.\n${KINDS[what].text}`));
    troubles.set(what, { ...lasting, reported: lasting.reported || tells });
  }
  for (const [what, { since, reported }] of before)
    if (reported && !troubles.has(what)) notices.push(notice(what, since, true, `It did not work since ${minuteText(since, timezone)}.`));
  return { notices, troubles };
}
