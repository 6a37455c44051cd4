import { type Slice, slices } from '../domain/calendar.ts';
import { type Change, type Circumstances, compare } from '../domain/increase.ts';
import type { System } from '../domain/observation.ts';
import type { Round, SourceResult } from '../domain/round.ts';
import { spread } from '../domain/spread.ts';
import { isZero, NOTHING, type Traffic, total } from '../domain/traffic.ts';
import { type AccountName, accountKey } from './account.ts';
import { byCounter, hold, markAbsent } from './baselines.ts';
import { type AccountEntry, type Books, type Entry, type Reader, type ReaderEntry, readerKey } from './books.ts';
import { feedingOf, feedsSince, unknownAddresses } from './hosts.ts';
import { addRow, closeJournal, type Journal, journalOf } from './journal.ts';
import { draftLeases, draftNames } from './names.ts';
import { type OwnerOf, ownersAt } from './owners.ts';
import { draftPeers } from './peers.ts';
import { type PostingTerms, readingsOf } from './readings.ts';
import { type Boot, elapsed, isAnotherMachine, isStale } from './sameness.ts';

/** How the rules are to be applied. */
export interface Terms {
  timezone: string;
  /** Which source device accounts are fed from; `auto`: from hosts, as soon as some gateway counts them. */
  accounting: 'auto' | 'stations' | 'hosts';
  /** Bits per second, by router. */
  lineRate: (router: string) => number;
  /** Seconds for which hour rows are kept. */
  keepHours: number;
  /** Seconds without a reading that are worth an audit row; 0 = none is. */
  gapAfter: number;
  /** Accounts that there may be, and that one round may add: what goes beyond is left out and counted. */
  mostAccounts: number;
  mostNewAccounts: number;
}

/** Baselines of one reader: those of counters that are not in an answer may wait for ever, and a router can invent more in each. */
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
  const desk = createDesk(books, entry, terms, round);
  const owners = new Map<string, OwnerOf>();
  for (const told of round.routers) {
    const { router, system, results } = told;
    const ownerOf = ownersAt(told);
    owners.set(router, ownerOf);
    for (const result of results) {
      if (result.status === 'ok') desk.post(router, system, result, tick, ownerOf);
    }
  }
  desk.learn(owners);
  draftLeases(books, round, entry);
  draftPeers(books, round, entry);
  draftNames(books, round, entry);
  closeJournal(entry);
  return entry;
}

function createDesk(books: Books, entry: Entry, terms: Terms, round: Round) {
  const routers = new Set(round.routers.map(({ router }) => router));
  const spans = new Map<string, Slice[]>();
  /** Counters of one host share the objects that name its accounts. */
  const byName = new Map<AccountName, AccountEntry>();
  /** Nearly all counters of an answer move over the same span. */
  let lastSpan: { since: number; at: number; over: Slice[] } | null = null;
  let nextReader = Math.max(0, ...[...books.readers.values()].map((r) => r.id));
  let nextAccount = 0;
  for (const account of books.accounts.values()) nextAccount = Math.max(nextAccount, account.id);
  let room = Math.min(terms.mostAccounts - books.accounts.size, terms.mostNewAccounts);

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
        for (const account of accounts) book(account, change, result.at, journal);
      }
      if (shows !== undefined) sight(shows, result.at);
      hold(written, counter, readings, baselines);
    }
    if (before !== null) markAbsent(written, before, answer.rules, counters);
    if (journal.counts.leftOut > 0) {
      journal.note('full', '', NOTHING, `${journal.counts.leftOut} readings of devices that there was no room for`);
    }
  }

  /** Readers of the same address under names that no router has any more: from now on it is read under its new one. */
  function formerReaders({ reader, source }: Answered): Reader[] {
    return [...books.readers.values()].filter((r) => r.reader === reader && r.source === source && !routers.has(r.router));
  }

  function sight(name: AccountName, at: number): AccountEntry | null {
    const line = accountEntry(name, at);
    if (line !== null) line.seen = Math.max(line.seen, at);
    return line;
  }

  function book(name: AccountName, change: Change, at: number, journal: Journal): void {
    const line = sight(name, at);
    if (line === null) {
      journal.counts.leftOut += 1;
      return;
    }
    if (change.kind === 'baseline' || change.kind === 'rejected' || isZero(change.bytes)) return;
    line.download += change.bytes.download;
    line.upload += change.bytes.upload;
    const over = span(change.since, at);
    const [whole] = over;
    if (over.length === 1 && whole !== undefined) {
      put(whole, line.account.id, change.bytes);
      return;
    }
    const download = spread(change.bytes.download, over);
    const upload = spread(change.bytes.upload, over);
    for (const [i, slice] of over.entries()) put(slice, line.account.id, { download: download[i] ?? 0, upload: upload[i] ?? 0 });
  }

  function put({ hour, day }: Slice, account: number, bytes: Traffic): void {
    if (isZero(bytes)) return;
    if (hour !== null) addTo(entry.hours, hour, account, bytes);
    addTo(entry.days, day, account, bytes);
  }

  /** What was kept under addresses whose MAC their router knows now goes over to the MAC. */
  function learn(owners: ReadonlyMap<string, OwnerOf>): void {
    for (const from of unknownAddresses(books, entry.at)) {
      const { kind, router } = from;
      const mac = owners.get(router)?.(from.key) ?? null;
      if (mac === null || entry.accounts.has(accountKey(from))) continue;
      const name: AccountName =
        kind === 'host' ? { kind, router, interface: '', key: mac } : { kind: 'device', router: '', interface: '', key: mac };
      const into = accountEntry(name, entry.at);
      if (into === null) continue;
      entry.moves.push({ from, into });
      if (kind !== 'host' || isZero(from.total)) continue;
      const why = `its MAC is ${mac}, which has its bytes from now on`;
      addRow(entry, { at: entry.at, kind: 'learned', router, source: 'hosts', counter: from.key, ...from.total, why });
    }
  }

  function accountEntry(name: AccountName, at: number): AccountEntry | null {
    const same = byName.get(name);
    if (same !== undefined) return same;
    const key = accountKey(name);
    const drafted = entry.accounts.get(key);
    if (drafted !== undefined) return named(name, drafted);
    const known = books.accounts.get(key);
    if (known === undefined && --room < 0) return null;
    const account = known ?? {
      ...name,
      id: ++nextAccount,
      total: NOTHING,
      month: NOTHING,
      firstSeen: at,
      lastSeen: at,
      overlay: name.overlay ?? false,
    };
    const line = { account, isNew: known === undefined, download: 0, upload: 0, seen: at };
    entry.accounts.set(key, line);
    return named(name, line);
  }

  function named(name: AccountName, line: AccountEntry): AccountEntry {
    byName.set(name, line);
    return line;
  }

  function span(since: number, at: number): Slice[] {
    if (lastSpan?.since === since && lastSpan.at === at) return lastSpan.over;
    const key = `${since} ${at}`;
    const over = spans.get(key) ?? slices(since, at, terms.timezone, at - terms.keepHours * 1000);
    spans.set(key, over);
    lastSpan = { since, at, over };
    return over;
  }

  return { post, learn };
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

function addTo(table: Map<number, Map<number, Traffic>>, time: number, account: number, bytes: Traffic): void {
  const row = table.get(time) ?? new Map<number, Traffic>();
  table.set(time, row);
  const sum = row.get(account);
  if (sum === undefined) row.set(account, { ...bytes });
  else {
    sum.download += bytes.download;
    sum.upload += bytes.upload;
  }
}
