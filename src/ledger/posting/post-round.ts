import { dayOf } from '../../domain/calendar.ts';
import type { System } from '../../domain/observation.ts';
import type { People } from '../../domain/people/people.ts';
import type { AnsweredSource, Round } from '../../domain/round.ts';
import { NOTHING } from '../../domain/traffic.ts';
import { type AccountRefs, accountRefs } from '../account-refs.ts';
import { type Books, type Reader, readerKey } from '../books.ts';
import { dropPrivateHours } from '../usage/kept-hours.ts';
import { type AuditLog, auditLogOf, closeAuditLog } from './audit-log.ts';
import { type Arrival, earlierBoots, judgeBoot } from './boot-identity.ts';
import { counterRoom } from './counters/counter-room.ts';
import { type CounterTerms, postCounters } from './counters/post-counters.ts';
import { knownFeeds, type ReadingTerms } from './counters/readings.ts';
import { skippedWhy, unnamedIn } from './counters/unread.ts';
import { draftMoves } from './feeding/moves.ts';
import { behindOf, canFeedDevices, feedingOf, feedsSince } from './feeding/source.ts';
import { keepLapse, type Measures, measuresOf } from './feeding/undirected.ts';
import { draftLeases, draftNames } from './names/names.ts';
import { type OwnerOf, ownersAt } from './names/owners.ts';
import { draftPeers } from './names/peers.ts';
import { withDay } from './posted-days.ts';
import { createPostings, type PostingsTerms } from './postings.ts';
import type { ReaderUpdate, RoundUpdate } from './round-update.ts';

/** How the rules are to be applied. */
export interface PostingTerms extends PostingsTerms {
  /** Which source device accounts are fed from; `auto`: from hosts, as soon as some gateway counts them. */
  accounting: 'auto' | 'stations' | 'hosts';
  /** Counters of all routers at most. */
  mostCounters?: number;
  /** Leases of one router at most. */
  mostLeases?: number;
  /** Bits per second, by router. */
  lineRate: (router: string) => number;
  /** Seconds without a reading after which there is an audit row; 0 = never. */
  gapAfter: number;
  /** Whose devices and peers are, and whose hours are not kept. */
  people?: People;
}

/**
 * Counters of all routers at most, unless the terms say otherwise: baselines of absent counters may wait forever, and a router can invent
 * more in each answer. Rule: small.
 */
const MOST_COUNTERS = 100_000;

/** Leases of one router that are kept at most, unless the terms say otherwise: a router may invent any number of them. Rule: small. */
const MOST_LEASES = 10_000;

/** What all sources of a round share. */
interface RoundContext {
  books: Books;
  refs: AccountRefs;
  round: Round;
  /** Ms on the monotonic clock. */
  tick: number;
  update: RoundUpdate;
  counters: CounterTerms;
  nextReader: number;
  measures: Measures;
}

/** No router is waited for longer. */
const LONGEST_ROUND_MS = 120_000;

/** One source of one router in a round. */
interface SourceContext {
  router: string;
  system: System | null;
  result: AnsweredSource;
  ownerOf: OwnerOf;
}

/** Turns a round into what is to be written, without changing the books but for marks of its own. `tick` is ms on the monotonic clock. */
export function draftRound(books: Books, round: Round, terms: PostingTerms, tick: number): RoundUpdate {
  const update = emptyUpdate(books, round.finishedAt, terms.timezone);
  update.feeding = feedingOf(books, round, terms.accounting, update);
  const refs = accountRefs(books);
  const postings = createPostings(books, refs, update, terms, Math.max(1, round.routers.length));
  const nextReader = Math.max(0, ...[...books.readers.values()].map(({ id }) => id)) + 1;
  const { mostCounters = MOST_COUNTERS, lineRate, gapAfter } = terms;
  const room = counterRoom(
    books.readers.values(),
    round.routers.map(({ router }) => router),
    mostCounters,
  );
  const counters = { books, postings, room, lineRate, gapAfter, hasTakenOver: update.feeding.from > 0 };
  const measures = measuresOf(books, round, update, postings);
  const context: RoundContext = { books, refs, round, tick, update, counters, nextReader, measures };
  const owners = new Map<string, OwnerOf>();
  for (const routerRound of round.routers) {
    const { router, system, results } = routerRound;
    const ownerOf = ownersAt(routerRound);
    owners.set(router, ownerOf);
    for (const result of results)
      if (result.status === 'ok' && !isUndirected(result)) postSource(context, { router, system, result, ownerOf });
  }
  // By what has been counted with directions until now.
  for (const { router, system, results } of round.routers)
    for (const result of results)
      if (result.status === 'ok' && isUndirected(result))
        postSource(context, { router, system, result, ownerOf: owners.get(router) ?? (() => null) });
  update.behind = behindOf(books, update);
  keepLapse(books, round, update);
  draftMoves(books, refs, owners, postings, update);
  const leases = draftLeases(books, round, update, terms.mostLeases ?? MOST_LEASES);
  draftPeers(books, round, update);
  update.learned = { leases, names: draftNames(books, round, update) };
  if (terms.people !== undefined) dropPrivateHours(books, update, terms.people);
  closeAuditLog(update);
  return update;
}

const isUndirected = ({ source }: AnsweredSource): boolean => source === 'statistics';

const emptyUpdate = ({ hostsSince, feeding, postedDays }: Books, at: number, timezone: string): RoundUpdate => ({
  at,
  postedDays: withDay(postedDays, dayOf(at, timezone)),
  readers: [],
  behind: [],
  claims: new Map(),
  accounts: [],
  increases: [],
  devices: [],
  learned: { leases: new Map(), names: [] },
  leases: [],
  forgottenLeases: [],
  peers: [],
  moves: [],
  hourless: new Set(),
  droppedHours: [],
  hostsSince,
  feeding,
  counts: new Map(),
  audit: [],
  auditLeftOut: 0,
});

/**
 * Posts one source of one router. Only an answer of the same origin and machine continues the last reading; an old one is left out.
 * Rule: identity. Rule: stale answer. Rule: another machine.
 */
function postSource(context: RoundContext, { router, system, result, ownerOf }: SourceContext): void {
  const { books, round, update } = context;
  const { source, origin, at } = result;
  // Answers of one round come one after the other; more time than a round takes shows that the clock was set in it.
  const tick = context.tick - Math.min(Math.max(0, round.finishedAt - at), LONGEST_ROUND_MS);
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
  const feeds = before === null ? 'all' : feedsSince(before, update.feeding, round);
  if (feeds === 'unclear' && source === update.feeding.by)
    log.note('clock', '', NOTHING, 'devices do not get what was counted since a reading in the future, because others may have counted it');
  const deviceBytes = feeds === 'all' ? update.feeding.by : 'nothing';
  const readerUpdate: ReaderUpdate = {
    reader: {
      id: known?.id ?? context.nextReader++,
      router,
      source,
      origin,
      readAt: at,
      readTick: tick,
      lead: verdict?.kind === 'same' ? verdict.lead : 0,
      boot: arrival.boot,
      uptime,
      earlierBoots: earlierBoots(known, arrival.boot),
      isPartial: result.isPartial === true || (before === null && firstMayLack(result)),
      unread: new Set(result.unread),
      unnamed: unnamedIn(result),
      skippedNoted: before === null || update.postedDays !== books.postedDays ? 0 : before.skippedNoted,
      isFedElsewhere: canFeedDevices(source) && source !== deviceBytes,
      isBehind: false,
    },
    isFirst: before === null,
    superseded: before === null ? supersededBy(result, books, round) : [],
    changed: new Map(),
    moved: [],
    removed: [],
  };
  update.readers.push(readerUpdate);
  if ('rules' in result.observation) noteSkipped(readerUpdate, result, log);
  const { refs, measures } = context;
  const terms: ReadingTerms = { deviceBytes, ownerOf, refs, feeds: knownFeeds(before, deviceBytes, refs), measures };
  postCounters(context.counters, readerUpdate, { before, arrival: { ...arrival, uptime }, isTrusted }, result, log, terms);
}

function noteSkipped({ reader }: ReaderUpdate, { skipped }: AnsweredSource, log: AuditLog): void {
  const why = skippedWhy(skipped, reader.skippedNoted);
  if (why === null) return;
  log.note('skipped', '', NOTHING, why);
  reader.skippedNoted = skipped;
}

/** Whether the first answer of an origin may lack counters that are there. Rule: new counter. */
const firstMayLack = ({ observation }: AnsweredSource): boolean => 'rules' in observation && observation.rules.unknown === 'later';

/** Readers of the same origin under router names that are no longer configured: it is read under its new name from now on. Rule: renamed router. */
function supersededBy({ origin, source }: AnsweredSource, books: Books, round: Round): Reader[] {
  const routers = new Set(round.routers.map(({ router }) => router));
  return [...books.readers.values()].filter((r) => r.origin === origin && r.source === source && !routers.has(r.router));
}
