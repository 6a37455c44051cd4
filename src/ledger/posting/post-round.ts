import type { Change, Circumstances } from '../../domain/change.ts';
import type { CounterRules, Reading } from '../../domain/counter.ts';
import { compare } from '../../domain/increase.ts';
import { nextBaselines } from '../../domain/next-baselines.ts';
import type { System, Uplink } from '../../domain/observation.ts';
import type { AnsweredSource, Round } from '../../domain/round.ts';
import { isZero, NOTHING, type Traffic, total } from '../../domain/traffic.ts';
import { accountKey } from '../account.ts';
import { type Books, type Reader, readerKey } from '../books.ts';
import { type AuditLog, auditLogOf, closeAuditLog } from './audit-log.ts';
import { byCounter, markAbsent, updateBaselines } from './baselines.ts';
import { type Arrival, earlierBoots, elapsed, judgeBoot, readAtByNow } from './boot-identity.ts';
import { draftMoves, feedingOf, feedsSince } from './feeding.ts';
import { draftLeases, draftNames } from './names.ts';
import { type OwnerOf, ownersAt } from './owners.ts';
import { draftPeers } from './peers.ts';
import { inNamedPeriod } from './period.ts';
import { createPostings, type Postings, type PostingsTerms, type PostResult } from './postings.ts';
import { MOST_UPLINKS, type ReadingTerms, readingsOf } from './readings.ts';
import type { ReaderUpdate, RoundUpdate } from './round-update.ts';
import { mayHaveLacked, unnamedIn } from './unread.ts';
import { type Wires, wiresOf } from './wires.ts';

/** How the rules are to be applied. */
export interface PostingTerms extends PostingsTerms {
  /** Which source device accounts are fed from; `auto`: from hosts, as soon as some gateway counts them. */
  accounting: 'auto' | 'stations' | 'hosts';
  /** Counters of one reader at most. */
  mostCounters?: number;
  /** Bits per second, by router. */
  lineRate: (router: string) => number;
  /** Seconds without a reading after which there is an audit row; 0 = never. */
  gapAfter: number;
}

/** Counters of one reader at most, unless the terms say otherwise: baselines of absent counters may wait forever, and a router can invent more in each answer. Rule: small. */
const MOST_COUNTERS = 100_000;
const MOST_UPLINK_COUNTERS = 1000;

/** Shared by the thousands of counters that have none. */
const NONE: readonly never[] = [];
/** Of an uplink whose bytes another one counts. Rule: one wire. */
const SEEN_ONLY: Change = { kind: 'baseline', why: 'may only have come into sight' };

const NO_COUNTERS: Reader['counters'] = new Map();

/** What all sources of a round share. */
interface RoundContext {
  books: Books;
  round: Round;
  terms: PostingTerms;
  /** Ms on the monotonic clock. */
  tick: number;
  update: RoundUpdate;
  postings: Postings;
  nextReader: number;
}

/** One source of one router in a round. */
interface SourceContext {
  router: string;
  system: System | null;
  result: AnsweredSource;
  ownerOf: OwnerOf;
}

/** Turns a round into what is to be written, without changing the books. `tick` is ms on the monotonic clock. */
export function draftRound(books: Books, round: Round, terms: PostingTerms, tick: number): RoundUpdate {
  const update = emptyUpdate(books, round.finishedAt);
  update.feeding = feedingOf(books, round, terms.accounting, update);
  const postings = createPostings(books, update, terms);
  const nextReader = Math.max(0, ...[...books.readers.values()].map(({ id }) => id)) + 1;
  const context: RoundContext = { books, round, terms, tick, update, postings, nextReader };
  const owners = new Map<string, OwnerOf>();
  for (const routerRound of round.routers) {
    const { router, system, results } = routerRound;
    const ownerOf = ownersAt(routerRound);
    owners.set(router, ownerOf);
    for (const result of results) if (result.status === 'ok') postSource(context, { router, system, result, ownerOf });
  }
  draftMoves(books, owners, postings, update);
  draftLeases(books, round, update);
  draftPeers(books, round, update);
  draftNames(books, round, update);
  closeAuditLog(update);
  return update;
}

const emptyUpdate = ({ hostsSince, feeding }: Books, at: number): RoundUpdate => ({
  at,
  readers: [],
  claims: new Map(),
  accounts: new Map(),
  hours: new Map(),
  days: new Map(),
  devices: [],
  leases: [],
  forgottenLeases: [],
  peers: [],
  moves: [],
  hostsSince,
  feeding,
  counts: new Map(),
  audit: [],
  auditLeftOut: 0,
});

function postSource(context: RoundContext, { router, system, result, ownerOf }: SourceContext): void {
  const { books, round, update } = context;
  const { source, origin, at } = result;
  // Answers of one round come one after the other.
  const tick = context.tick - Math.max(0, round.finishedAt - at);
  const key = readerKey(router, source);
  const known = books.readers.get(key);
  const arrival: Arrival = { origin, at, tick, boot: system?.bootId.slice(0, 8) ?? null, uptime: system?.uptime ?? null };
  const log = auditLogOf(update, router, source, at);
  const verdict = known === undefined ? null : judgeBoot(known, books.claims.get(key) ?? null, arrival);
  if (books.claims.has(key)) update.claims.set(key, null);
  if (verdict !== null && 'claim' in verdict && verdict.claim !== null) update.claims.set(key, verdict.claim);
  if (verdict?.kind === 'stale') {
    if (verdict.why !== null) log.note('stale', '', NOTHING, verdict.why);
    return;
  }
  if (verdict?.kind === 'machine' && known?.origin === origin) log.note('machine', '', NOTHING, verdict.why);
  if (verdict?.kind === 'same' && verdict.why !== null) log.note('clock', '', NOTHING, verdict.why);
  const before = known !== undefined && known.origin === origin && verdict?.kind === 'same' ? known : null;
  const isTrusted = verdict?.kind !== 'same' || verdict.isTrusted;
  const uptime = verdict?.kind === 'same' ? verdict.uptime : arrival.uptime;
  const readerUpdate: ReaderUpdate = {
    reader: {
      ...{ id: known?.id ?? context.nextReader++, router, source, origin, readAt: at, readTick: tick },
      ...{ boot: arrival.boot, uptime, earlierBoots: earlierBoots(known, arrival.boot) },
      isPartial: before === null && firstMayLack(result),
      unread: new Set(result.unread),
      unnamed: unnamedIn(result),
    },
    isFirst: before === null,
    superseded: before === null ? supersededBy(result, books, round) : [],
    changed: new Map(),
    removed: [],
  };
  update.readers.push(readerUpdate);
  const feeds = before === null ? 'all' : feedsSince(before, update.feeding, round);
  if (feeds === 'unclear' && source === update.feeding.by)
    log.note('clock', '', NOTHING, 'devices do not get what was counted since a reading in the future, because others may have counted it');
  const terms: ReadingTerms = { deviceBytes: feeds === 'all' ? update.feeding.by : 'nothing', ownerOf };
  postCounters(context, readerUpdate, { before, arrival: { ...arrival, uptime }, isTrusted }, result, log, terms);
}

/** How the answer relates to the reading before. */
interface Continuation {
  before: Reader | null;
  arrival: Arrival;
  /** Whether the router's uptime is believed. */
  isTrusted: boolean;
}

/** Whether the first answer of an origin may lack counters that are there. */
const firstMayLack = ({ observation }: AnsweredSource): boolean => 'rules' in observation && observation.rules.unknown === 'later';

function postCounters(
  context: RoundContext,
  readerUpdate: ReaderUpdate,
  { before, arrival, isTrusted }: Continuation,
  result: AnsweredSource,
  log: AuditLog,
  readingTerms: ReadingTerms,
): void {
  const { postings, terms } = context;
  const { router } = readerUpdate.reader;
  const answer = readingsOf(router, result.observation, readingTerms);
  if (answer === null) return;
  const waited = before === null ? 0 : elapsed(before, arrival);
  if (terms.gapAfter > 0 && waited > terms.gapAfter) log.note('gap', '', NOTHING, `no reading for ${Math.round(waited)} s`);
  const now: Circumstances = {
    rules: answer.rules,
    at: result.at,
    previous: before && {
      ...{ at: readAtByNow(before, arrival), boot: before.boot, uptime: before.uptime },
      isPartial: mayHaveLacked(before, result) || !isTrusted,
    },
    elapsed: waited,
    uptime: isTrusted ? arrival.uptime : null,
    fastest: terms.lineRate(router) / 8,
  };
  const counters = byCounter(isTrusted ? answer.readings : answer.readings.map(undated));
  const stored = before?.counters ?? NO_COUNTERS;
  const known = inNamedPeriod(stored, counters, answer.rules);
  const wires = result.observation.source === 'wan' ? uplinkWires(context, router, result.observation.uplinks, before, now.at) : null;
  readerUpdate.removed.push(...(wires?.continued ?? []));
  if (result.observation.source === 'wan') log.counts.leftOut += Math.max(0, result.observation.uplinks.length - MOST_UPLINKS);
  for (const [counter, baseline] of wires?.takenOver ?? []) readerUpdate.changed.set(counter, [baseline]);
  let room = (wires === null ? (terms.mostCounters ?? MOST_COUNTERS) : MOST_UPLINK_COUNTERS) - (before?.counters.size ?? 0);
  for (const [counter, readings] of counters) {
    const baselines = known.get(counter) ?? NONE;
    if (baselines.length === 0 && --room < 0) {
      log.counts.leftOut += 1;
      continue;
    }
    if (wires?.repeated.has(counter)) continue;
    const { accounts = NONE, shows } = readings[0] ?? {};
    const silence = wires?.silent.get(counter);
    if (silence) log.note('wire', counter, NOTHING, silence);
    const compared = wires?.baselines.get(counter) ?? baselines;
    const changes = compare(
      readings,
      compared,
      before?.unread.has(counter) ? { ...now, previous: now.previous && { ...now.previous, isPartial: true } } : now,
    );
    for (const change of silence === undefined ? changes : [SEEN_ONLY]) {
      noteChange(log, counter, change);
      if (answer.seenBy === 'bytes' && movedNothing(change)) continue;
      for (const account of accounts) noteResult(log, counter, change, postings.post(account, change, result.at));
    }
    if (shows !== undefined) postings.markSeen(shows, result.at);
    updateBaselines(readerUpdate, counter, nextBaselines(readings, compared, changes, result.at), stored.get(counter) ?? NONE);
  }
  if (before !== null) {
    const { unread, unnamed } = readerUpdate.reader;
    // A line that has become unreadable may be any of the counters that are missing.
    const rules: CounterRules = unnamed > before.unnamed ? { ...answer.rules, absent: 'kept' } : answer.rules;
    markAbsent(readerUpdate, { readAt: before.readAt, counters: known }, rules, counters, unread);
  }
  if (known !== stored) {
    const done = new Set([...counters.keys(), ...readerUpdate.changed.keys(), ...readerUpdate.removed]);
    for (const [counter, baselines] of known) if (!done.has(counter)) readerUpdate.changed.set(counter, [...baselines]);
  }
  if (log.counts.leftOut > 0) log.note('full', '', NOTHING, `${log.counts.leftOut} readings that there was no room for`);
}

/** What its account says of an uplink counts: home sums go by it. */
function uplinkWires({ books }: RoundContext, router: string, uplinks: readonly Uplink[], before: Reader | null, at: number): Wires {
  const isOverlay = ({ name, overlay }: Uplink) =>
    books.accounts.get(accountKey({ kind: 'wan', router, interface: name, key: '' }))?.overlay ?? overlay;
  return wiresOf(uplinks, before, at, isOverlay);
}

/** When a counter began may be known from the router's uptime alone. */
const undated = <R extends Reading>(reading: R): R => ({ ...reading, epoch: reading.epoch && { ...reading.epoch, began: null } });

/** Readers of the same origin under router names that are no longer configured: it is read under its new name from now on. Rule: renamed router. */
function supersededBy({ origin, source }: AnsweredSource, books: Books, round: Round): Reader[] {
  const routers = new Set(round.routers.map(({ router }) => router));
  return [...books.readers.values()].filter((r) => r.origin === origin && r.source === source && !routers.has(r.router));
}

const movedNothing = (change: Change): boolean => change.kind === 'dip' || ('bytes' in change && isZero(change.bytes));

function noteChange({ note, counts }: AuditLog, counter: string, change: Change): void {
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
    case 'dip':
      if (change.why !== 'still shows less') note('dip', counter, change.short, change.why);
      break;
    case 'baseline':
    case 'increase':
    case 'began':
      break;
    default:
      change satisfies never;
  }
}

function noteResult({ note, counts }: AuditLog, counter: string, change: Change, result: PostResult): void {
  switch (result) {
    case 'no room':
      counts.leftOut += 1;
      break;
    case 'too many bytes': {
      const bytes: Traffic = 'bytes' in change ? change.bytes : NOTHING;
      counts.rejectedBytes += total(bytes);
      note('rejected', counter, bytes, 'with these bytes, the total would be too large to be counted exactly');
      break;
    }
    case 'posted':
      break;
    default:
      result satisfies never;
  }
}
