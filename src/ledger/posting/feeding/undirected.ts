import type { Change } from '../../../domain/change.ts';
import type { Round } from '../../../domain/round.ts';
import { accountKey, deviceAccount, undirectedAccount, undirectedBytes, usageOf } from '../../account.ts';
import { type Books, readerKey } from '../../books.ts';
import type { Postings } from '../postings.ts';
import type { RoundUpdate } from '../round-update.ts';
import { canFeedDevices, unreadOf } from './source.ts';

/** Others have fed devices, before anything that is known of: 0 would be never. */
const EVER = 1;

/** How the two measures of a device are kept apart in a round. Rule: undirected bytes. */
export interface Measures {
  /** Bytes of this MAC without a direction, counted since then (Unix ms), are counted with it too, so they are not added to what it used. */
  isRepeated(mac: string, since: number): boolean;
  /** Until now this MAC was counted without directions alone: its first bytes with one may be among them. */
  isAlone(mac: string): boolean;
}

/** Decided by the device, permanently: from its first bytes with a direction on those count, as long as what feeds devices is configured. */
export function measuresOf(books: Books, round: Round, update: RoundUpdate, postings: Postings): Measures {
  const hasNone = [...books.accounts.ofKind('undirected')].length === 0;
  const fedUntil = isDirectedRead(books, round, update) ? Number.POSITIVE_INFINITY : lastDirected(books, update);
  return {
    isRepeated(mac, since) {
      const device = accountKey(deviceAccount(mac));
      return since < fedUntil && (books.accounts.has(device) || (postings.has(deviceAccount(mac)) && !wasAlone(books, mac)));
    },
    isAlone(mac) {
      // Nearly every home has none, and each station is asked for.
      if (hasNone) return false;
      return wasAlone(books, mac) && !books.accounts.has(accountKey(deviceAccount(mac)));
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

/** When something with directions fed devices last (Unix ms), though no router of it is configured any more, or another source is to. */
const lastDirected = ({ readers }: Books, { feeding: { by, from } }: RoundUpdate): number =>
  Math.max(from, ...[...readers.values()].filter(({ source }) => source === by).map(({ readAt }) => readAt));

/**
 * While nothing that feeds devices is configured, bytes without a direction are all that devices get. What such a source shows when it is
 * back began before, so devices do not get it: as where another source takes over. Of whatever source: it may be the one that feeds then.
 */
export function keepLapse(books: Books, round: Round, update: RoundUpdate): void {
  const counts = round.routers.some(({ results }) => results.some(({ status, source }) => status === 'ok' && source === 'statistics'));
  const wasRead = [...books.readers.values()].some(({ source }) => canFeedDevices(source));
  if (!counts || !wasRead || isDirectedRead(books, round, update)) return;
  if (update.feeding.from === 0) update.feeding = { ...update.feeding, from: EVER };
  update.behind = unreadOf([...books.readers.values()], update.readers);
}

/** A change of a counter of both directions without its packets, for the audit. */
export function withoutPackets(change: Change): Change {
  if (change.kind === 'dip') return { ...change, short: { ...change.short, upload: 0 } };
  return 'bytes' in change ? { ...change, bytes: { ...change.bytes, upload: 0 } } : change;
}

/** The same as its account keeps it. */
export const asUndirected = (change: Change, isRepeated: (since: number) => boolean): Change =>
  'since' in change ? { ...change, bytes: undirectedBytes(change.bytes.download, isRepeated(change.since)) } : change;
