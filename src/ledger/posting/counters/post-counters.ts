import type { Change, Circumstances } from '../../../domain/change.ts';
import type { Reading } from '../../../domain/counter.ts';
import { compare } from '../../../domain/increase.ts';
import { nextBaselines } from '../../../domain/next-baselines.ts';
import type { Observation, Uplink } from '../../../domain/observation.ts';
import type { AnsweredSource } from '../../../domain/round.ts';
import { isZero, NOTHING } from '../../../domain/traffic.ts';
import { MOST_UPLINKS } from '../../../domain/wire.ts';
import { accountKey } from '../../account.ts';
import type { AccountRef } from '../../account-refs.ts';
import type { Books, KeptBaseline, Reader } from '../../books.ts';
import { noteChange, notePosting } from '../audit-changes.ts';
import type { AuditLog } from '../audit-log.ts';
import { withMovedAddresses } from '../feeding/moved-addresses.ts';
import { mayBeFedElsewhere } from '../feeding/source.ts';
import { asUndirected, withoutPackets } from '../feeding/undirected.ts';
import type { Postings } from '../postings.ts';
import type { ReaderUpdate } from '../round-update.ts';
import { type LastReading, markAbsent } from './absent.ts';
import { baselinesOfEach, byCounter, keepChanged, keepMoved, updateBaselines } from './baselines.ts';
import { afterUnread, type Continuation, circumstancesOf } from './circumstances.ts';
import type { CounterRoom } from './counter-room.ts';
import { gapIn } from './gap.ts';
import { countedLines, hasLinks } from './links.ts';
import { inNamedPeriod } from './period.ts';
import { type Onward, onwardFrom, plainIncrease } from './plain-increase.ts';
import { byPresentClock } from './present-clock.ts';
import { type CounterAnswer, type Feeds, type ReadingTerms, readingsOf, withoutDevice } from './readings.ts';
import { mayLack, mayMiss, withoutLacking } from './unread.ts';
import { type Wires, wiresOf } from './wires.ts';

/** What all readers of a round share. */
export interface CounterTerms {
  books: Books;
  postings: Postings;
  /** Counters of one reader at most. */
  room: CounterRoom;
  /** Bits per second, by router. */
  lineRate: (router: string) => number;
  /** Seconds without a reading after which there is an audit row; 0 = never. */
  gapAfter: number;
  /** Whether another source than the present one has ever fed devices. */
  hasTakenOver: boolean;
}

/** What the counters of one answer share. */
interface AnswerContext {
  postings: Postings;
  hasTakenOver: boolean;
  observation: Observation;
  answer: CounterAnswer;
  /** Of the source, before this round. */
  before: Reader | null;
  /** Baselines before this round, as the answer means them. */
  known: ReadonlyMap<string, readonly KeptBaseline[]>;
  wires: Wires | null;
  now: Circumstances;
  /** Null where no counter goes the short way. */
  onward: Onward | null;
  update: ReaderUpdate;
  log: AuditLog;
}

/** Counters of one router's uplinks at most: their baselines wait forever. Rule: small. */
const MOST_UPLINK_COUNTERS = 1000;

/** Shared by the thousands of counters that have none. */
const NONE: readonly never[] = [];
const NO_COUNTERS: Reader['counters'] = new Map();

const FEEDS_NOTHING: Feeds = { accounts: NONE };

/** Of an uplink whose bytes another one counts, and of lines that may be any of a MAC's. Rule: one wire. Rule: lines of one MAC. */
const SEEN_ONLY: Change = { kind: 'baseline', why: 'may only have come into sight' };

/** Posts the counters of one answer, and drafts their next baselines into `update`. */
export function postCounters(
  terms: CounterTerms,
  update: ReaderUpdate,
  continuation: Continuation,
  result: AnsweredSource,
  log: AuditLog,
  readingTerms: ReadingTerms,
): void {
  const { before, isTrusted } = continuation;
  const { router } = update.reader;
  const { observation } = result;
  const answer = readingsOf(router, observation, readingTerms);
  if (answer === null) return;
  const now = circumstancesOf(answer.rules, continuation, result, terms.lineRate(router));
  const gap = gapIn(answer, now, terms.gapAfter);
  if (gap !== null) log.note('gap', '', NOTHING, gap);
  const whole =
    observation.source === 'stations' ? withoutLacking(answer.readings, before, update.reader, observation.links) : answer.readings;
  const readings = isTrusted ? whole : whole.map(undated);
  let table: Map<string, Reading[]> | null = null;
  const counters = () => {
    table ??= byCounter(readings);
    return table;
  };
  const stored = before?.counters ?? NO_COUNTERS;
  // Ms by which the wall clock was set since the last reading.
  const set = before === null || now.previous === null ? 0 : now.previous.at - before.readAt;
  const known = withMovedAddresses(inNamedPeriod(byPresentClock(stored, set), counters, answer.rules), counters, answer.rules);
  const previous = before && { ...before, readAt: before.readAt + set, counters: known };
  const wires = observation.source === 'wan' ? uplinkWires(terms.books, observation.uplinks, update, previous, log) : null;
  const { directions, moves = false } = answer.rules;
  const onward = wires === null && known === stored && directions !== 'sum' ? onwardFrom(now) : null;
  if (moves) keepMoved(update, stored, known, counters());
  const { postings, hasTakenOver } = terms;
  const context: AnswerContext = { postings, hasTakenOver, observation, answer, before, known, wires, now, onward, update, log };
  let roomOfUplinks = MOST_UPLINK_COUNTERS - stored.size;
  const hasRoom = () => (wires === null ? terms.room.take(router) : --roomOfUplinks >= 0);
  let missing = known.size;
  let leftOut = 0;
  const repeated = new Set<string>();
  /** `lines` are all that show the counter, if there are several. */
  const postOne = (reading: Reading, lines: readonly Reading[] | null, baselines: readonly KeptBaseline[] | undefined) => {
    if (baselines !== undefined) missing -= 1;
    if (baselines === undefined && !hasRoom()) leftOut += 1;
    else if (wires?.repeated.has(reading.counter)) repeated.add(reading.counter);
    else if (lines !== null || !postPlain(context, reading, baselines)) postCounter(context, reading.counter, lines ?? [reading]);
  };
  const baselines = known === stored ? baselinesOfEach(readings, stored) : null;
  if (baselines !== null) readings.forEach((reading, i) => void postOne(reading, null, baselines[i]));
  else {
    counters().forEach((lines, counter) => {
      if (lines[0] !== undefined) postOne(lines[0], lines.length > 1 ? lines : null, known.get(counter));
    });
  }
  if (previous !== null && missing > 0) markAbsent(update, previous, answer.rules, counters());
  if (known !== stored && !moves) keepChanged(update, stored, known, (counter) => counters().has(counter) && !repeated.has(counter));
  const isShown = (counter: string) => known.has(counter) || counters().has(counter);
  if (before !== null && mayMiss(answer.rules) && mayLack(before, update.reader, isShown)) update.reader.isPartial = true;
  // They are as old when there is room for a baseline: then they are not new.
  if (leftOut > 0 || (before?.isPartial && terms.room.isFull(router))) update.reader.isPartial = true;
  log.counts.leftOut += leftOut;
  if (log.counts.leftOut > 0) log.note('full', '', NOTHING, `${log.counts.leftOut} readings that there was no room for`);
}

/** The short way of a counter that only went on; false if it must go the long one. */
function postPlain(context: AnswerContext, reading: Reading, baselines: readonly KeptBaseline[] = NONE): boolean {
  const { onward, before, update, observation } = context;
  const { counter } = reading;
  // Not destructured: this is done for every counter, and the iterators would cost more than the rest.
  const baseline = baselines[0];
  if (onward === null || baseline === undefined || baselines.length > 1) return false;
  const bytes = plainIncrease(reading, baseline, onward);
  if (bytes === null || before?.unread.has(counter) || hasLinks(observation, counter)) return false;
  const { accounts, shows } = context.answer.feedsOf(reading);
  postChange(context, counter, accounts, { kind: 'increase', bytes, since: onward.since });
  if (shows !== undefined) context.postings.markSeen(shows, context.now.at, update.reader.router);
  if (!isZero(bytes)) update.moved.push({ baseline, bytes: reading.bytes });
  return true;
}

function postCounter(context: AnswerContext, counter: string, readings: readonly Reading[]) {
  const { before, known, wires, now, update, log } = context;
  const all = wires?.baselines.get(counter) ?? known.get(counter) ?? NONE;
  const silence = wires?.silent.get(counter);
  if (silence) log.note('wire', counter, NOTHING, silence);
  const { readings: lines, baselines, links } = countedLines(context.observation, readings, all);
  const since = before?.unread.has(counter) ? afterUnread(now) : now;
  // Which of the lines the last answer lacked is not known.
  const isUnclear = since.previous?.isPartial === true && baselines.length > 0 && baselines.length < lines.length;
  const changes = isUnclear ? [SEEN_ONLY] : compare(lines, baselines, since);
  const { accounts, shows, undirected } = feedsOf(context, lines, baselines, changes);
  for (const found of silence === undefined ? changes : [SEEN_ONLY]) {
    const change = undirected === undefined ? found : withoutPackets(found);
    if (undirected !== undefined && change.kind === 'dip' && change.why !== 'came back' && isZero(change.short)) continue;
    noteChange(log, counter, change);
    postChange(context, counter, accounts, undirected === undefined ? change : asUndirected(change, undirected.isRepeated));
  }
  if (shows !== undefined) context.postings.markSeen(shows, now.at, update.reader.router);
  const next = [...nextBaselines(lines, baselines, changes, now), ...links];
  updateBaselines(update, counter, next, before?.counters.get(counter) ?? NONE, all);
}

/** Devices get nothing that the source which fed them before may have given them. Rule: device account. */
function feedsOf(
  { answer, before, hasTakenOver }: AnswerContext,
  readings: readonly Reading[],
  baselines: readonly KeptBaseline[],
  changes: readonly Change[],
): Feeds {
  const [reading] = readings;
  if (reading === undefined) return FEEDS_NOTHING;
  const feeds = answer.feedsOf(reading);
  if (!hasTakenOver) return feeds;
  const mayBeMissed = baselines.length === 0 && before?.isFedElsewhere && mayMiss(answer.rules);
  return mayBeMissed || mayBeFedElsewhere(readings, baselines, changes) ? withoutDevice(feeds, answer.seenBy) : feeds;
}

/** Posts a change of a counter to the accounts that it feeds. */
function postChange(
  { postings, answer, now, update, log }: AnswerContext,
  counter: string,
  accounts: readonly AccountRef[],
  change: Change,
) {
  if (answer.seenBy === 'bytes' && movedNothing(change)) return;
  accounts.forEach((account) => {
    notePosting(log, counter, change, postings.post(account, change, now.at, update.reader.router));
  });
}

/** What its account says of an uplink counts: home sums go by it. Drafts the baselines of uplinks that others stand for. */
function uplinkWires(books: Books, uplinks: readonly Uplink[], update: ReaderUpdate, before: LastReading | null, log: AuditLog): Wires {
  const { router, readAt } = update.reader;
  const isOverlay = ({ name, overlay }: Pick<Uplink, 'name' | 'overlay'>) =>
    books.accounts.get(accountKey({ kind: 'wan', router, interface: name, key: '' }))?.overlay ?? overlay;
  const wires = wiresOf(uplinks, before, readAt, isOverlay);
  update.removed.push(...wires.continued);
  for (const [counter, baseline] of wires.takenOver) update.changed.set(counter, [baseline]);
  log.counts.leftOut += Math.max(0, uplinks.filter(({ bytes }) => bytes !== null).length - MOST_UPLINKS);
  return wires;
}

/** When a counter began may be known from the router's uptime alone. Rule: uptime. */
const undated = <R extends Reading>(reading: R): R => ({ ...reading, epoch: reading.epoch && { ...reading.epoch, began: null } });

/** A counter of hosts that shows nothing new does not show that the host is there. Rule: last seen. */
const movedNothing = (change: Change): boolean => change.kind === 'dip' || ('bytes' in change && isZero(change.bytes));
