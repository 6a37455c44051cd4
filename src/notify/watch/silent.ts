import { minuteText } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';
import type { Facts, RouterFacts } from './facts.ts';
import type { Memory } from './memory.ts';
import { spanText } from './words.ts';

interface Silence {
  /** `gateway` or `gateway stations` */
  id: string;
  what: string;
  since: number;
  why: string | null;
}

/** Routers and sources that were not read for long, and those that are read again. */
export function silentRouters(memory: Memory, facts: Facts): { notices: Notice[]; silent: Memory['silent'] } {
  const silences = facts.routers.flatMap((router) => silencesOf(router, facts));
  const notices = silences.filter(({ id }) => memory.silent[id] === undefined).map((each) => beganNotice(each, facts));
  const silent: Record<string, number> = Object.fromEntries(silences.map(({ id, since }) => [id, since]));
  for (const [id, since] of Object.entries(memory.silent)) {
    const known = subjectOf(id, facts);
    if (known === null) continue;
    if (known.lastRead > since) notices.push(endedNotice(id, known.what, since, facts));
    // After a start, it takes a while until it is silent again: it is the same silence.
    else silent[id] = since;
  }
  return { notices, silent };
}

/** A router of which nothing is read is one silence; else each source that is not. */
function silencesOf({ name, sources }: RouterFacts, { now, startedAt, settings }: Facts): Silence[] {
  const limit = settings.silent * 1000;
  const read = sources.map((each) => ({ ...each, since: each.lastRead ?? startedAt }));
  // After a start, a router is given the same time again.
  const silent = read.filter(({ since }) => now - Math.max(since, startedAt) >= limit);
  if (silent.length === 0) return [];
  if (silent.length === read.length)
    return [{ id: name, what: name, since: Math.max(...silent.map(({ since }) => since)), why: silent[0]?.why ?? null }];
  return silent.map(({ source, since, why }) => ({ id: `${name} ${source}`, what: `${source} of ${name}`, since, why }));
}

/** What an id stands for, and when it was last read; null where the configuration or the router no longer has it. */
function subjectOf(id: string, { routers }: Facts): { what: string; lastRead: number } | null {
  for (const { name, sources } of routers) {
    const own = sources.filter(({ source }) => id === name || id === `${name} ${source}`);
    if (own.length > 0)
      return { what: id === name ? name : `${own[0]?.source} of ${name}`, lastRead: Math.max(...own.map(({ lastRead }) => lastRead ?? 0)) };
  }
  return null;
}

const beganNotice = ({ id, what, since, why }: Silence, { now, timezone }: Facts): Notice => ({
  key: `silent ${id} ${since}`,
  kind: 'silent',
  subject: `No reading of ${what} for ${spanText(now - since)}`,
  text: [
    `${what} was last read on ${minuteText(since, timezone)}.`,
    ...(why === null ? [] : [`The last reading failed: ${why}.`]),
    'Its bytes are counted when it answers again, unless it restarts first.',
  ].join('\n'),
  at: now,
});

const endedNotice = (id: string, what: string, since: number, { now, timezone }: Facts): Notice => ({
  key: `silent ${id} ${since} over`,
  kind: 'silent',
  subject: `Reading ${what} again`,
  text: `${what} is read again since ${minuteText(now, timezone)}, after ${spanText(now - since)}.`,
  at: now,
});
