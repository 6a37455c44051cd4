import { type Change, type Circumstances, compare } from '../../domain/increase.ts';
import type { System } from '../../domain/observation.ts';
import type { Round, SourceResult } from '../../domain/round.ts';
import { isZero, NOTHING, total } from '../../domain/traffic.ts';
import { type Books, type Entry, type Reader, type ReaderEntry, readerKey } from '../books.ts';
import { closeJournal, type Journal, journalOf } from './audit-log.ts';
import { byCounter, hold, markAbsent } from './baselines.ts';
import { type Boot, elapsed, isAnotherMachine, isStale } from './boot-identity.ts';
import { draftMoves, feedingOf, feedsSince } from './feeding.ts';
import { draftLeases, draftNames } from './names.ts';
import { type OwnerOf, ownersAt } from './owners.ts';
import { draftPeers } from './peers.ts';
import { openSheet, type Sheet, type SheetTerms } from './postings.ts';
import { type PostingTerms, readingsOf } from './readings.ts';

/** How the rules are to be applied. */
export interface Terms extends SheetTerms {
  /** Which source device accounts are fed from; `auto`: from hosts, as soon as some gateway counts them. */
  accounting: 'auto' | 'stations' | 'hosts';
  /** Bits per second, by router. */
  lineRate: (router: string) => number;
  /** Seconds without a reading that are worth an audit row; 0 = none is. */
  gapAfter: number;
}

/** Baselines of one reader: those of counters that are not in an answer may wait for ever, and a router can invent more in each. Rule: small. */
const MOST_COUNTERS = 100_000;

/** Saves a new empty list for each of thousands of counters. */
const NONE: readonly never[] = [];

type Answered = Extract<SourceResult, { status: 'ok' }>;

/** Turns a round into what is to be written, without changing the books. `tick` is ms on the monotonic clock. */
export function draft(books: Books, round: Round, terms: Terms, tick: number): Entry {
  const entry: Entry = {
    at: round.finishedAt,
    readers: [],
    accounts: new Map(),
    hours: new Map(),
    days: new Map(),
    devices: [],
    leases: [],
    peers: [],
    moves: [],
    hostsSince: books.hostsSince,
    feeding: books.feeding,
    counts: new Map(),
    audit: [],
    auditLeftOut: 0,
  };
  entry.feeding = feedingOf(books, round, terms.accounting, entry);
  const sheet = openSheet(books, entry, terms);
  const desk = createDesk(books, entry, sheet, terms, round);
  const owners = new Map<string, OwnerOf>();
  for (const told of round.routers) {
    const { router, system, results } = told;
    const ownerOf = ownersAt(told);
    owners.set(router, ownerOf);
    for (const result of results) {
      if (result.status === 'ok') desk.post(router, system, result, tick, ownerOf);
    }
  }
  draftMoves(books, owners, sheet, entry);
  draftLeases(books, round, entry);
  draftPeers(books, round, entry);
  draftNames(books, round, entry);
  closeJournal(entry);
  return entry;
}

function createDesk(books: Books, entry: Entry, sheet: Sheet, terms: Terms, round: Round) {
  const routers = new Set(round.routers.map(({ router }) => router));
  let nextReader = Math.max(0, ...[...books.readers.values()].map((r) => r.id));

  function post(router: string, system: System | null, result: Answered, tick: number, ownerOf: OwnerOf): void {
    const { source, at } = result;
    const held = books.readers.get(readerKey(router, source));
    const told: Boot = { boot: system?.bootId.slice(0, 8) ?? null, uptime: system?.uptime ?? null };
    const journal = journalOf(entry, router, source, at);
    if (held !== undefined && isStale(held, result.reader, told)) {
      if (told.uptime !== held.uptime) journal.note('stale', '', NOTHING, `the router answered with an uptime of before, ${told.uptime} s`);
      return;
    }
    const before = held !== undefined && goesOn(held, result, told, tick, journal) ? held : null;
    const reader = { id: held?.id ?? ++nextReader, router, source, reader: result.reader, readAt: at, readTick: tick, ...told };
    const written: ReaderEntry = { reader, fresh: before === null, usurped: [], changed: new Map(), removed: [] };
    if (before === null) written.usurped = formerReaders(result);
    entry.readers.push(written);
    const feeds = before === null || feedsSince(before.readAt, entry.feeding, round);
    postCounters(written, before, result, tick, journal, { deviceBytes: feeds ? entry.feeding.by : 'nothing', ownerOf });
  }

  function postCounters(
    written: ReaderEntry,
    before: Reader | null,
    result: Answered,
    tick: number,
    journal: Journal,
    posting: PostingTerms,
  ): void {
    const { router, uptime, boot } = written.reader;
    const answer = readingsOf(router, result.observation, posting);
    if (answer === null) return;
    const waited = before === null ? 0 : elapsed(before, { boot, uptime }, result.at, tick);
    if (terms.gapAfter > 0 && waited > terms.gapAfter) journal.note('gap', '', NOTHING, `no reading for ${Math.round(waited)} s`);
    const now: Circumstances = {
      rules: answer.rules,
      at: result.at,
      before: before && { at: before.readAt, boot: before.boot, uptime: before.uptime },
      elapsed: waited,
      uptime,
      fastest: terms.lineRate(router) / 8,
    };
    const counters = byCounter(answer.readings);
    let more = MOST_COUNTERS - (before?.counters.size ?? 0);
    for (const [counter, readings] of counters) {
      const baselines = before?.counters.get(counter) ?? NONE;
      if (baselines.length === 0 && --more < 0) {
        journal.counts.leftOut += 1;
        continue;
      }
      const { accounts = NONE, shows } = readings[0] ?? {};
      for (const change of compare(readings, baselines, now)) {
        writeDown(journal, counter, change);
        if (answer.seenBy === 'bytes' && movedNothing(change)) continue;
        for (const account of accounts) if (!sheet.book(account, change, result.at)) journal.counts.leftOut += 1;
      }
      if (shows !== undefined) sheet.sight(shows, result.at);
      hold(written, counter, readings, baselines);
    }
    if (before !== null) markAbsent(written, before, answer.rules, counters);
    if (journal.counts.leftOut > 0) {
      journal.note('full', '', NOTHING, `${journal.counts.leftOut} readings of devices that there was no room for`);
    }
  }

  /** Readers of the same address under names that no router has any more: from now on it is read under its new one. Rule: renamed router. */
  function formerReaders({ reader, source }: Answered): Reader[] {
    return [...books.readers.values()].filter((r) => r.reader === reader && r.source === source && !routers.has(r.router));
  }

  return { post };
}

/** Whether the answer comes from the reader that is held, so that its baselines may be used. */
function goesOn(held: Reader, { reader, at }: Answered, told: Boot, tick: number, journal: Journal): boolean {
  if (held.reader !== reader) return false;
  if (!isAnotherMachine(held, told, at, tick)) return true;
  journal.note('machine', '', NOTHING, `another machine answers here: it has run for ${told.uptime} s, and is not the one read last`);
  return false;
}

const movedNothing = (change: Change): boolean => 'bytes' in change && isZero(change.bytes);

function writeDown({ note, counts }: Journal, counter: string, change: Change): void {
  switch (change.kind) {
    case 'reset':
      counts.resets += 1;
      note('reset', counter, change.bytes, change.why);
      break;
    case 'wrap':
      note('wrap', counter, change.bytes, 'a counter of 32 bits went past its end');
      break;
    case 'rejected':
      counts.rejectedBytes += total(change.bytes);
      note('rejected', counter, change.bytes, change.why);
      break;
    case 'baseline':
    case 'increase':
    case 'began':
      break;
    default:
      change satisfies never;
  }
}
