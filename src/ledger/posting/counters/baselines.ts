import type { Baseline, Reading } from '../../../domain/counter.ts';
import { MOST_LINES } from '../../../domain/pairing.ts';
import { DIRECTIONS } from '../../../domain/traffic.ts';
import type { KeptBaseline, Open } from '../../books.ts';
import type { ReaderUpdate } from '../round-update.ts';

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

/**
 * Keeps the next baselines of a counter, where they differ from the present ones. `continued`: those that its readings continue, which may
 * have been another counter's.
 */
export function updateBaselines(
  update: ReaderUpdate,
  counter: string,
  found: Baseline[],
  baselines: readonly KeptBaseline[],
  continued: readonly KeptBaseline[],
): void {
  // Nearly all leave nothing open, and a router may invent thousands.
  const next = found.every(isPlain) ? found : withMarks(update, found, continued);
  const unchanged = next.length === baselines.length && next.every((each, i) => baselines[i] !== undefined && isSame(baselines[i], each));
  if (!unchanged) update.changed.set(counter, next);
}

/** Whether it leaves nothing open. */
export const isPlain = ({ lastRead, doubts }: Baseline): boolean => lastRead === null && doubts === undefined;

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

/** Of counters that are not in the answer: their baselines went to others, or changed places with them. Rule: undirected counter. */
export function keepMoved(
  update: ReaderUpdate,
  stored: ReadonlyMap<string, readonly KeptBaseline[]>,
  known: ReadonlyMap<string, readonly KeptBaseline[]>,
  present: ReadonlyMap<string, readonly Reading[]>,
): void {
  for (const [counter, baselines] of stored) {
    const kept = known.get(counter);
    if (kept === undefined && !present.has(counter)) update.removed.push(counter);
    else if (kept !== undefined && kept !== baselines && !present.has(counter)) {
      // Without the id: the row in the file stays with its counter.
      const drafts = kept.map((each) => draftOf(each, each.fedElsewhere ?? []));
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
