import type { Baseline, CounterRules, Reading } from '../../../domain/counter.ts';
import { type KeptBaseline, OPEN, type Reader } from '../../books.ts';
import type { ReaderUpdate } from '../round-update.ts';

/** No list misses a counter for this long, and an element of nftables that was silent for a day has ended. Rule: missed element. */
const MISSED_FOR_MS = 2 * 86_400_000;

/** The last reading, with its times by the present clock and its baselines as the answer means them. */
export type LastReading = Omit<Reader, 'counters'> & { counters: ReadonlyMap<string, readonly KeptBaseline[]> };

/**
 * Counters that are not in the answer: they ended, or their baselines wait. What cannot be read has not ended, and a line that has become
 * unreadable may be any of those that are missing. Rule: absent counter. Rule: isolation.
 */
export function markAbsent(
  update: ReaderUpdate,
  before: LastReading,
  { fall, ...rules }: CounterRules,
  present: ReadonlyMap<string, readonly Reading[]>,
): void {
  const { isFedElsewhere, unnamed } = update.reader;
  const absent = unnamed > before.unnamed ? 'kept' : rules.absent;
  const [first] = present.values();
  const ended = new Set(update.removed);
  const instance = first?.[0]?.epoch?.instance ?? null;
  for (const [counter, baselines] of before.counters) {
    if (present.has(counter) || ended.has(counter) || update.changed.has(counter)) continue;
    if (!update.reader.unread.has(counter) && hasEnded(baselines, { absent, fall }, update.reader.readAt, instance))
      update.removed.push(counter);
    else if (baselines.some((b) => b.lastRead === null || (isFedElsewhere && !b.fedElsewhere?.includes('wait')))) {
      const waiting = baselines.map((b) => ({
        ...b,
        lastRead: b.lastRead ?? before.readAt,
        ...(isFedElsewhere && { fedElsewhere: OPEN.filter((open) => open === 'wait' || b.fedElsewhere?.includes(open)) }),
      }));
      update.changed.set(counter, waiting);
    }
  }
}

function hasEnded(
  baselines: readonly Baseline[],
  { absent, fall }: Pick<CounterRules, 'absent' | 'fall'>,
  now: number,
  instance: number | null,
): boolean {
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
