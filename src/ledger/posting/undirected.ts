import type { Change } from '../../domain/change.ts';
import type { Baseline, CounterRules, Reading } from '../../domain/counter.ts';
import type { Round } from '../../domain/round.ts';
import { accountKey, deviceAccount, undirectedAccount, undirectedBytes, usageOf } from '../account.ts';
import { type Books, readerKey } from '../books.ts';
import type { RoundUpdate } from './round-update.ts';

/** How the two measures of a device are kept apart in a round. Rule: undirected bytes. */
export interface Measures {
  /** Bytes of this MAC without a direction are counted with it too, so they are not added to what it used. */
  isRepeated(mac: string): boolean;
  /** Until now this MAC was counted without directions alone: its first bytes with one may be among them. */
  isAlone(mac: string): boolean;
}

/** Decided by the device, permanently: from its first bytes with a direction on those count, as long as what feeds devices is configured. */
export function measuresOf(books: Books, round: Round, update: RoundUpdate): Measures {
  const has = ({ accounts }: { accounts: ReadonlyMap<string, unknown> }, name: string) => accounts.has(name);
  const isFed = isDirectedRead(books, round, update);
  return {
    isRepeated(mac) {
      const device = accountKey(deviceAccount(mac));
      return isFed && (has(books, device) || (has(update, device) && !wasAlone(books, mac)));
    },
    isAlone(mac) {
      return wasAlone(books, mac) && !has(books, accountKey(deviceAccount(mac)));
    },
  };
}

/** Whether bytes of a MAC were counted that nothing has with a direction. */
export const wasAlone = ({ accounts }: Pick<Books, 'accounts'>, mac: string): boolean => {
  const account = accounts.get(accountKey(undirectedAccount(mac)));
  return account !== undefined && usageOf(account.kind, account.total).total > 0;
};

/** Whether a router of this round is or was read for what feeds devices. One that does not answer counts meanwhile. */
function isDirectedRead({ readers }: Books, { routers }: Round, { feeding: { by } }: RoundUpdate): boolean {
  return routers.some(
    ({ router, results }) => readers.has(readerKey(router, by)) || results.some(({ status, source }) => status === 'ok' && source === by),
  );
}

/**
 * While nothing that feeds devices is configured, bytes without a direction are all that devices get. What such a source shows when it is
 * back began before, so devices do not get it: as where another source takes over.
 */
export function keepLapse(books: Books, round: Round, update: RoundUpdate, tick: number): void {
  const { by } = update.feeding;
  const counts = round.routers.some(({ results }) => results.some(({ status, source }) => status === 'ok' && source === 'statistics'));
  const wasRead = [...books.readers.values()].some(({ source }) => source === by);
  if (counts && wasRead && !isDirectedRead(books, round, update)) update.feeding = { by, from: round.finishedAt, fromTick: tick };
}

/**
 * The baselines of counters whose machine has another address now: a router may keep its entry, so a figure that is not lower than the
 * one under the address before continues it. Rule: undirected counter.
 */
export function withMovedAddresses(
  known: ReadonlyMap<string, readonly Baseline[]>,
  present: ReadonlyMap<string, readonly Reading[]>,
  { directions }: CounterRules,
): ReadonlyMap<string, readonly Baseline[]> {
  if (directions !== 'sum') return known;
  const left = new Map(
    [...known].filter(([counter]) => !present.has(counter)).map(([counter, lines]) => [macIn(counter), { counter, lines }]),
  );
  const moved = new Map(known);
  for (const [counter, [reading]] of present) {
    const before = known.has(counter) ? undefined : left.get(macIn(counter));
    const [baseline] = before?.lines ?? [];
    if (before === undefined || reading === undefined || baseline === undefined) continue;
    if (baseline.lastRead !== null || reading.bytes.download < baseline.bytes.download || reading.bytes.upload < baseline.bytes.upload)
      continue;
    moved.delete(before.counter);
    moved.set(counter, before.lines);
  }
  return moved;
}

const macIn = (counter: string): string => counter.split(' ', 1)[0] ?? '';

/** A change of a counter of both directions without its packets, for the audit. */
export function withoutPackets(change: Change): Change {
  if (change.kind === 'dip') return { ...change, short: { ...change.short, upload: 0 } };
  return 'bytes' in change ? { ...change, bytes: { ...change.bytes, upload: 0 } } : change;
}

/** The same as its account keeps it. */
export const asUndirected = (change: Change, isRepeated: boolean): Change =>
  'bytes' in change ? { ...change, bytes: undirectedBytes(change.bytes.download, isRepeated) } : change;
