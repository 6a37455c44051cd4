import { minuteText } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';
import type { Facts, WatchedFacts } from './facts.ts';
import type { Memory } from './memory.ts';

/** Watched devices and peers that came or went. Whether one is here when watching begins is found out, and not reported. */
export function presence(memory: Memory, facts: Facts): { notices: Notice[]; here: Memory['here'] } {
  const here: Record<string, boolean> = {};
  const notices: Notice[] = [];
  for (const one of facts.watched) {
    const before = memory.here[one.id];
    const now = isHere(one, before, facts);
    if (now === undefined) continue;
    here[one.id] = now;
    if (before !== undefined && before !== now) notices.push(noticeOf(one, now, facts));
  }
  return { notices, here };
}

/**
 * Comes with the first reading that shows it, goes when it was not seen for `away` while everything was read. That a device drops out for
 * a moment, or an access point does, tells nobody anything. Until then one that was not looked for before is unknown: a wired device is
 * seen when it moves bytes, not before the second reading.
 */
function isHere({ lastSeen }: WatchedFacts, before: boolean | undefined, { now, settings, seeingSince }: Facts): boolean | undefined {
  const away = settings.away * 1000;
  if (lastSeen !== null && now - lastSeen < away) return true;
  return now - Math.max(lastSeen ?? 0, seeingSince) < away ? before : false;
}

function noticeOf({ id, name, lastSeen }: WatchedFacts, here: boolean, { now, timezone }: Facts): Notice {
  const seen = minuteText(lastSeen ?? now, timezone);
  return {
    key: `presence ${id} ${here ? 'here' : 'away'} ${lastSeen ?? now}`,
    kind: 'presence',
    subject: here ? `${name} is here` : `${name} has left`,
    text: here ? `${name} was seen on ${seen}.` : `${name} was last seen on ${seen}.`,
    at: now,
  };
}
