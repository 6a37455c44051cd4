import type { Baseline, CounterRules, Doubt, Doubts, Reading } from '../../domain/counter.ts';
import { MOST_LINES } from '../../domain/pairing.ts';
import { DIRECTIONS } from '../../domain/traffic.ts';
import { type KeptBaseline, OPEN, type Open } from '../books.ts';
import type { ReaderUpdate } from './round-update.ts';

/** No list misses a counter for this long, and an element of nftables that was silent for a day has ended. Rule: missed element. */
const MISSED_FOR_MS = 2 * 86_400_000;

/** The readings of each counter: a classic list may show one several times, up to a limit. Rule: lines of one MAC. */
export function byCounter<R extends Reading>(readings: readonly R[]): Map<string, R[]> {
  const found = new Map<string, R[]>();
  readings.forEach((reading) => {
    const lines = found.get(reading.counter);
    if (lines === undefined) found.set(reading.counter, [reading]);
    else if (lines.length < MOST_LINES) lines.push(reading);
  });
  return found;
}

let answers = 0;

/**
 * The baselines of each reading, if each is of another counter; null if some counter is shown several times. It marks the baselines to see
 * that: a table of all counters for every answer would be most of the work.
 */
export function baselinesOfEach(
  readings: readonly Reading[],
  known: ReadonlyMap<string, readonly KeptBaseline[]>,
): (readonly KeptBaseline[] | undefined)[] | null {
  const answer = ++answers;
  const without = new Set<string>();
  let isRepeated = false;
  const found = readings.map(({ counter }) => {
    const baselines = known.get(counter);
    const first = baselines?.[0];
    if (first === undefined) isRepeated ||= without.size === without.add(counter).size;
    else {
      isRepeated ||= first.answer === answer;
      first.answer = answer;
    }
    return baselines;
  });
  return isRepeated ? null : found;
}

/** Keeps the next baselines of a counter, where they differ from the present ones. */
export function updateBaselines(update: ReaderUpdate, counter: string, found: Baseline[], baselines: readonly KeptBaseline[]): void {
  // Nearly all leave nothing open, and a router may invent thousands.
  const next = found.every(isPlain) ? found : withMarks(update, found, baselines);
  const unchanged = next.length === baselines.length && next.every((each, i) => baselines[i] !== undefined && isSame(baselines[i], each));
  if (!unchanged) update.changed.set(counter, next);
}

const isPlain = ({ lastRead, doubts }: Baseline): boolean => lastRead === null && doubts === undefined;

/** Marks what is open since an answer that did not feed devices. */
function withMarks({ reader }: ReaderUpdate, found: readonly Baseline[], baselines: readonly KeptBaseline[]): KeptBaseline[] {
  const marks = new Set(baselines.flatMap(({ fedElsewhere = [] }) => fedElsewhere));
  const isAll = reader.isFedElsewhere || marks.has('wait');
  // A pair that waits has not posted what was open either.
  const isMarked = (open: Open) => isAll || marks.has(open) || (open === 'wait' && marks.size > 0);
  return found.map((each) => draftOf(each, openIn(each).filter(isMarked)));
}

/** What the baseline of a counter that is shown leaves open. One that may have restarted waits in both directions. */
function openIn({ lastRead, doubts }: Baseline): Open[] {
  const open = DIRECTIONS.filter((way) => doubts?.[way] !== undefined);
  return lastRead !== null || open.some((way) => doubts?.[way]?.kind === 'unsure') ? ['wait', ...open] : open;
}

/** A baseline of its own. */
function draftOf({ bytes, epoch, lastRead, doubts }: Baseline, fedElsewhere: readonly Open[]): KeptBaseline {
  const draft: KeptBaseline = { bytes, epoch, lastRead };
  if (doubts !== undefined) draft.doubts = doubts;
  if (fedElsewhere.length > 0) draft.fedElsewhere = fedElsewhere;
  return draft;
}

function isSame(baseline: KeptBaseline, { bytes, epoch, doubts, fedElsewhere }: KeptBaseline): boolean {
  const { bytes: before, epoch: epochBefore, lastRead, doubts: doubtsBefore } = baseline;
  if (String(baseline.fedElsewhere) !== String(fedElsewhere)) return false;
  if (doubts !== doubtsBefore && JSON.stringify(doubts) !== JSON.stringify(doubtsBefore)) return false;
  const sameEpoch =
    epochBefore?.boot === epoch?.boot &&
    epochBefore?.instance === epoch?.instance &&
    Math.abs((epochBefore?.began ?? 0) - (epoch?.began ?? 0)) <= (epoch?.margin ?? 0);
  return lastRead === null && sameEpoch && before.download === bytes.download && before.upload === bytes.upload;
}

/**
 * Baselines with their times by the present wall clock, which was set by `ms` since they were kept: what waits or is open is as old as before.
 * Rule: time.
 */
export function byPresentClock(known: ReadonlyMap<string, readonly Baseline[]>, ms: number): ReadonlyMap<string, readonly Baseline[]> {
  if (ms === 0) return known;
  return new Map([...known].map(([counter, baselines]) => [counter, baselines.every(isPlain) ? baselines : baselines.map(byClock(ms))]));
}

const byClock =
  (ms: number) =>
  (baseline: Baseline): Baseline => {
    const { lastRead, doubts } = baseline;
    return { ...baseline, lastRead: lastRead && lastRead + ms, ...(doubts && { doubts: movedDoubts(doubts, ms) }) };
  };

function movedDoubts(doubts: Doubts, ms: number): Doubts {
  const moved: Doubts = {};
  for (const direction of DIRECTIONS) {
    const doubt = doubts[direction];
    if (doubt !== undefined) moved[direction] = movedDoubt(doubt, ms);
  }
  return moved;
}

function movedDoubt(doubt: Doubt, ms: number): Doubt {
  const since = doubt.since + ms;
  switch (doubt.kind) {
    case 'dipped':
    case 'owed':
      return { ...doubt, since, settles: doubt.settles + ms, ...(doubt.fell && { fell: { ...doubt.fell, since: doubt.fell.since + ms } }) };
    case 'refused':
      return { ...doubt, since, ...(doubt.at !== undefined && { at: doubt.at + ms }) };
    case 'unsure':
    case 'fell':
      return { ...doubt, since };
    default:
      return doubt satisfies never;
  }
}

/** Of counters that are not in the answer: their baselines went to others, or changed places with them. Rule: undirected counter. */
export function keepMoved(
  update: ReaderUpdate,
  stored: ReadonlyMap<string, readonly Baseline[]>,
  known: ReadonlyMap<string, readonly Baseline[]>,
  present: ReadonlyMap<string, readonly Reading[]>,
): void {
  for (const [counter, baselines] of stored) {
    const kept = known.get(counter);
    if (kept === undefined && !present.has(counter)) update.removed.push(counter);
    else if (kept !== undefined && kept !== baselines && !present.has(counter)) {
      // Without the id: the row in the file stays with its counter.
      const drafts = kept.map((each) => draftOf(each, []));
      update.changed.set(counter, drafts);
    }
  }
}

/** All baselines are as the answer means them from now on: of the named period, by the present clock. Rule: period begun. */
export function keepChanged(
  update: ReaderUpdate,
  stored: ReadonlyMap<string, readonly Baseline[]>,
  known: ReadonlyMap<string, readonly Baseline[]>,
  isPosted: (counter: string) => boolean,
): void {
  const done = new Set([...update.changed.keys(), ...update.removed]);
  for (const [counter, baselines] of known)
    if (baselines !== stored.get(counter) && !done.has(counter) && !isPosted(counter)) update.changed.set(counter, [...baselines]);
}

/** Counters that are not in the answer: they ended, or their baselines wait. What cannot be read has not ended. Rule: absent counter. */
export function markAbsent(
  update: ReaderUpdate,
  before: { readonly readAt: number; readonly counters: ReadonlyMap<string, readonly KeptBaseline[]> },
  rules: CounterRules,
  present: ReadonlyMap<string, readonly Reading[]>,
): void {
  const { isFedElsewhere } = update.reader;
  const [first] = present.values();
  const ended = new Set(update.removed);
  const instance = first?.[0]?.epoch?.instance ?? null;
  for (const [counter, baselines] of before.counters) {
    if (present.has(counter) || ended.has(counter) || update.changed.has(counter)) continue;
    if (!update.reader.unread.has(counter) && hasEnded(baselines, rules, update.reader.readAt, instance)) update.removed.push(counter);
    else if (baselines.some((b) => b.lastRead === null || (isFedElsewhere && !b.fedElsewhere?.includes('wait')))) {
      const waiting = baselines.map((b) => ({
        ...{ ...b, lastRead: b.lastRead ?? before.readAt },
        ...(isFedElsewhere && { fedElsewhere: OPEN.filter((open) => open === 'wait' || b.fedElsewhere?.includes(open)) }),
      }));
      update.changed.set(counter, waiting);
    }
  }
}

function hasEnded(baselines: readonly Baseline[], { absent, fall }: CounterRules, now: number, instance: number | null): boolean {
  switch (absent) {
    case 'ended':
      return true;
    case 'dated':
      return baselines.every(({ epoch }) => epoch !== null && epoch.began !== null);
    case 'missed':
      return baselines.every(({ lastRead }) => lastRead !== null && now - lastRead > MISSED_FOR_MS);
    case 'kept':
      return hasPeriodEnded(baselines, fall, instance);
    default:
      return absent satisfies never;
  }
}

/** An accounting period that has ended does not come back. */
function hasPeriodEnded(baselines: readonly Baseline[], fall: CounterRules['fall'], instance: number | null): boolean {
  switch (fall) {
    case 'reset':
      return false;
    case 'lowers':
      return instance !== null && baselines.every(({ epoch }) => (epoch?.instance ?? instance) < instance);
    default:
      return fall satisfies never;
  }
}
