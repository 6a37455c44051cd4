import { addTo, setTo } from '../../domain/traffic.ts';
import { type Account, accountKey } from '../account.ts';
import { type Books, leaseKey, peerKey, type Reader, readerKey, type SourceCounts } from '../books.ts';
import { addToMonths, type Months } from '../usage/months.ts';
import { addToSums } from '../usage/sums.ts';
import { isWritten, type RoundUpdate } from './round-update.ts';

/** When each account was last seen, as the file has it: Unix ms, by account id. */
export type SeenInFile = Map<number, number>;

/** That of books as they were read from the file. */
export const seenInFileOf = ({ accounts }: Books): SeenInFile => new Map([...accounts.values()].map(({ id, lastSeen }) => [id, lastSeen]));

/** Brings the books up to what has just been committed. */
export function applyUpdate(books: Books, seenInFile: SeenInFile, months: Months, update: RoundUpdate): void {
  books.postedAt = update.at;
  books.postedDays = update.postedDays;
  if (books.startedAt === 0) books.startedAt = update.at;
  books.hostsSince = update.hostsSince;
  books.feeding = update.feeding;
  applyReaders(books, update);
  applyAccounts(books, seenInFile, update);
  addToMonths(months, update);
  addToSums(months.sums, update);
  for (const { from, into } of update.moves) mergeAccount(books, seenInFile, from, into.account);
  for (const peer of update.peers) books.peers.set(peerKey(peer.router, peer.interface, peer.publicKey), peer);
  books.learned = update.learned;
  for (const device of update.devices) books.devices.set(device.mac, device);
  for (const lease of update.forgottenLeases) books.leases.delete(leaseKey(lease.router, lease.mac));
  for (const lease of update.leases) books.leases.set(leaseKey(lease.router, lease.mac), lease);
}

function applyReaders(books: Books, { readers, behind, claims }: RoundUpdate): void {
  for (const reader of behind) reader.isBehind = true;
  for (const [key, claim] of claims) {
    if (claim === null) books.claims.delete(key);
    else books.claims.set(key, claim);
  }
  for (const { reader, isFirst, superseded, changed, moved, removed } of readers) {
    for (const other of superseded) books.readers.delete(readerKey(other.router, other.source));
    const key = readerKey(reader.router, reader.source);
    const counters = (isFirst ? undefined : books.readers.get(key)?.counters) ?? new Map();
    for (const counter of removed) counters.delete(counter);
    for (const [counter, baselines] of changed) {
      // A baseline's bytes change in place from now on, so they must not be the answer's object.
      for (const baseline of baselines) baseline.bytes = { ...baseline.bytes };
      counters.set(counter, baselines);
    }
    moved.forEach(({ baseline, bytes }) => {
      setTo(baseline.bytes, bytes);
    });
    books.readers.set(key, Object.assign(reader, { counters }) satisfies Reader);
  }
}

function applyAccounts(books: Books, seenInFile: SeenInFile, { accounts }: RoundUpdate): void {
  accounts.forEach((change) => {
    const { account, isNew, through, seen } = change;
    if (isWritten(change, seenInFile)) seenInFile.set(account.id, seen);
    if (isNew) books.accounts.set(accountKey(account), account, through);
    addTo(account.total, change);
    account.lastSeen = seen;
  });
}

function mergeAccount({ accounts }: Books, seenInFile: SeenInFile, from: Account, into: Account): void {
  addTo(into.total, from.total);
  addTo(into.month, from.month);
  into.firstSeen = Math.min(into.firstSeen, from.firstSeen);
  accounts.delete(accountKey(from));
  seenInFile.delete(from.id);
}

/** Adds what happened in a round to the counts since the process began. */
export function addCounts(sums: Map<string, SourceCounts>, { counts }: RoundUpdate): void {
  for (const [source, { resets, rejectedBytes, leftOut }] of counts) {
    const sum = sums.get(source) ?? { resets: 0, rejectedBytes: 0, leftOut: 0 };
    sums.set(source, sum);
    sum.resets += resets;
    sum.rejectedBytes += rejectedBytes;
    sum.leftOut += leftOut;
  }
}
