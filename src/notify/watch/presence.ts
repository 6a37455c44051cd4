import type { Notice } from '../../domain/people/notice.ts';
import type { Facts, WatchedFacts } from './facts.ts';
import type { Memory } from './memory.ts';
import { clockText } from './words.ts';

/** Watched devices and peers that came or went. The first time that one is looked for, nothing is reported. */
export function presence(memory: Memory, facts: Facts): { notices: Notice[]; here: Memory['here'] } {
  const here: Record<string, boolean> = {};
  const notices: Notice[] = [];
  for (const one of facts.watched) {
    const before = memory.here[one.id];
    const now = isHere(one, before ?? false, facts);
    here[one.id] = now;
    if (before !== undefined && before !== now) notices.push(noticeOf(one, now, facts));
  }
  return { notices, here };
}

/**
 * Comes with the first reading that shows it, goes when it was not seen for `away` while everything was read. That a device drops out for
 * a moment, or an access point does, tells nobody anything.
 */
function isHere({ lastSeen }: WatchedFacts, before: boolean, { now, settings, seeingSince }: Facts): boolean {
  const away = settings.away * 1000;
  if (lastSeen !== null && now - lastSeen < away) return true;
  return before && now - Math.max(lastSeen ?? 0, seeingSince) < away;
}

function noticeOf({ id, name, lastSeen }: WatchedFacts, here: boolean, { now, timezone }: Facts): Notice {
  const seen = clockText(lastSeen ?? now, timezone);
  return {
    key: `presence ${id} ${here ? 'here' : 'away'} ${lastSeen ?? now}`,
    kind: 'presence',
    subject: here ? `${name} is here` : `${name} has left`,
    text: here ? `${name} was seen on ${seen}.` : `${name} was last seen on ${seen}.`,
    at: now,
  };
}
