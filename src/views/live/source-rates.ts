import type { Circumstances } from '../../domain/change.ts';
import { compare } from '../../domain/increase.ts';
import type { Observation, System, Uplink } from '../../domain/observation.ts';
import type { AnsweredSource } from '../../domain/round.ts';
import { plus, type Traffic } from '../../domain/traffic.ts';
import { type AccountName, accountKey, deviceAccount } from '../../ledger/account.ts';
import { type AccountRef, LOOSE_REFS } from '../../ledger/account-refs.ts';
import type { Feeding, Reader } from '../../ledger/books.ts';
import { byCounter } from '../../ledger/posting/counters/baselines.ts';
import { countedLines } from '../../ledger/posting/counters/links.ts';
import { onwardFrom, plainIncrease } from '../../ledger/posting/counters/plain-increase.ts';
import { type CounterAnswer, type Feeds, KnownFeeds, type ReadingTerms, readingsOf } from '../../ledger/posting/counters/readings.ts';
import { type Wires, wiresOf } from '../../ledger/posting/counters/wires.ts';
import type { OwnerOf } from '../../ledger/posting/names/owners.ts';

/** One source of one router as it was read last, for rates alone: the ledger's baselines are others. */
export interface RateBase extends Pick<Reader, 'origin' | 'boot' | 'uptime' | 'counters'> {
  /** Unix ms, and ms on the monotonic clock. */
  at: number;
  tick: number;
  /** Seconds that the answer took. */
  duration: number;
  feeds: KnownFeeds;
}

/** The rates of one source between its last two readings. */
export interface SourceRates {
  /** Between the two readings, by the router's clock where it has one. */
  seconds: number;
  accounts: readonly AccountRate[];
}

export interface AccountRate {
  account: AccountName;
  /** Bytes per second; null where the two readings do not say. */
  rate: Traffic | null;
}

/** An answer of a router. */
export interface LiveAnswer {
  router: string;
  system: System | null;
  result: AnsweredSource;
  /** Ms on the monotonic clock at which it arrived. */
  tick: number;
}

export interface RateTerms {
  /** Bits per second that the router's lines carry. */
  lineRate: number;
  /** Which source feeds device accounts. */
  feeding: Feeding['by'];
  ownerOf: OwnerOf;
  /** Whether the ledger has the account (`accountKey`): what others gain is not shown, so nothing is kept of it, however much a router invents. */
  isKnown(key: string): boolean;
  /** Whether an uplink is left out of the home's sum. */
  isOverlay(uplink: Pick<Uplink, 'name' | 'overlay'>): boolean;
}

/** Seconds after which a reading says nothing about now, nor the bytes since then about a rate. */
const MOST_APART = 60;

/** Undirected bytes are not compared with others here. */
const NO_MEASURES = { isRepeated: () => false, isAlone: () => false };

/**
 * The rates of a source since its last reading, and what the next reading is compared with: by the ledger's own rules, of which only what
 * a counter plainly gained makes a rate. Null for an answer that is the last one again, or of a source without counters.
 */
export function nextRates(
  before: RateBase | null,
  answer: LiveAnswer,
  terms: RateTerms,
): { base: RateBase; rates: SourceRates | null } | null {
  const { router, system, result, tick } = answer;
  const { origin, at, duration } = result;
  const feeds = before?.feeds.isGood(terms.feeding, LOOSE_REFS, before.counters.size)
    ? before.feeds
    : new KnownFeeds(terms.feeding, LOOSE_REFS);
  const counted = readingsOf(router, result.observation, {
    deviceBytes: terms.feeding,
    ownerOf: terms.ownerOf,
    refs: LOOSE_REFS,
    feeds: feedsOfKnown(feeds, terms),
    measures: NO_MEASURES,
  });
  if (counted === null) return null;
  const counters = byCounter(counted.readings.filter((reading) => counted.feedsOf(reading).accounts.some((each) => isRated(each, terms))));
  const baselines = new Map(
    [...counters].map(([name, lines]) => [name, lines.map(({ bytes, epoch }) => ({ bytes, epoch, lastRead: null }))]),
  );
  const base: RateBase = {
    origin,
    boot: system?.bootId.slice(0, 8) ?? null,
    uptime: system?.uptime ?? null,
    counters: baselines,
    at,
    tick,
    duration,
    feeds,
  };
  if (before === null || !continues(before, base)) return { base, rates: null };
  const seconds = secondsBetween(before, base);
  if (seconds <= 0) return null;
  const now = circumstances(before, base, counted, seconds, terms.lineRate);
  const { observation } = result;
  const wires = observation.source === 'wan' ? wiresOf(observation.uplinks, { ...before, readAt: before.at }, at, terms.isOverlay) : null;
  return { base, rates: { seconds, accounts: ratesOf(observation, counted, counters, before, now, wires, seconds) } };
}

const FEEDS_NOTHING: Feeds = { accounts: [] };

/** What devices feed that the ledger has; for others nothing is made, which would be megabytes in each reading of a router that invents them. */
const feedsOfKnown = (feeds: KnownFeeds, { isKnown }: RateTerms): ReadingTerms['feeds'] => ({
  of: (key, make) => (isKnown(accountKey(deviceAccount(key))) ? feeds.of(key, make) : FEEDS_NOTHING),
});

/** Whether rates of an account are shown. Of uplinks there are few, and each says something of the others. */
function isRated({ key, name: { kind } }: AccountRef, { isKnown }: RateTerms): boolean {
  return kind === 'wan' || ((kind === 'device' || kind === 'undirected' || kind === 'peer') && isKnown(key));
}

/** Whether the counters of two answers are the same ones, read not too long ago. */
const continues = (before: RateBase, now: RateBase): boolean =>
  before.origin === now.origin &&
  before.boot === now.boot &&
  (before.uptime === null || now.uptime === null || now.uptime >= before.uptime) &&
  now.tick - before.tick <= MOST_APART * 1000;

/** A router reads its uptime while it answers, so it cannot differ from our clock by more than an answer takes; one that does is not believed. */
function secondsBetween(before: RateBase, now: RateBase): number {
  const ours = (now.tick - before.tick) / 1000;
  if (before.uptime === null || now.uptime === null) return ours;
  const theirs = now.uptime - before.uptime;
  if (theirs === 0) return 0;
  return Math.abs(theirs - ours) <= Math.max(before.duration, now.duration) + 0.1 + ours / 100 ? theirs : ours;
}

function circumstances(before: RateBase, now: RateBase, { rules }: CounterAnswer, seconds: number, lineRate: number): Circumstances {
  return {
    ...{ rules, at: now.at, uptime: now.uptime },
    // What is not in the reading before has no rate yet.
    previous: { at: before.at, boot: before.boot, uptime: before.uptime, isPartial: true },
    elapsed: Math.max(seconds, (now.tick - before.tick) / 1000),
    fastest: (lineRate / 8) * (rules.directions === 'sum' ? 2 : 1),
  };
}

type ByCounter = ReturnType<typeof byCounter<CounterAnswer['readings'][number]>>;

function ratesOf(
  observation: Observation,
  answer: CounterAnswer,
  counters: ByCounter,
  before: RateBase,
  now: Circumstances,
  wires: Wires | null,
  seconds: number,
): AccountRate[] {
  const sums = new Map<string, { account: AccountName; bytes: Traffic | null; isBroken: boolean }>();
  const onward = wires === null && answer.rules.directions !== 'sum' ? onwardFrom(now) : null;
  for (const [counter, lines] of counters) {
    if (wires?.repeated.has(counter) || wires?.silent.has(counter)) continue;
    const known = wires?.baselines.get(counter) ?? before.counters.get(counter) ?? [];
    const { readings, baselines } = countedLines(observation, lines, known);
    const [reading, baseline] = [readings[0], baselines[0]];
    if (reading === undefined) continue;
    const plain =
      onward !== null && baseline !== undefined && readings.length === 1 && baselines.length === 1
        ? plainIncrease(reading, baseline, onward)
        : null;
    const bytes = plain ?? gainOf(compare(readings, baselines, now));
    for (const { key, name } of answer.feedsOf(reading).accounts) {
      const sum = sums.get(key) ?? { account: name, bytes: null, isBroken: false };
      sums.set(key, sum);
      if (bytes !== null) sum.bytes = sum.bytes === null ? bytes : plus(sum.bytes, bytes);
      else if (baseline !== undefined) sum.isBroken = true;
    }
  }
  // A line that seems to carry twice what it can was read over another time than the clocks say.
  const most = 2 * now.fastest;
  return [...sums.values()].map(({ account, bytes, isBroken }) => {
    if (bytes === null || isBroken) return { account, rate: null };
    const rate = { download: bytes.download / seconds, upload: bytes.upload / seconds };
    return { account, rate: Math.max(rate.download, rate.upload) > most ? null : rate };
  });
}

/** Null for all that is not a plain increase: a reset, a fall, or a counter that is new. */
function gainOf(changes: ReturnType<typeof compare>): Traffic | null {
  let sum: Traffic | null = null;
  for (const change of changes) {
    if (change.kind !== 'increase' && change.kind !== 'wrap') return null;
    sum = sum === null ? change.bytes : plus(sum, change.bytes);
  }
  return sum;
}
