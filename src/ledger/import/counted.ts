import { type Day, dayOf } from '../../domain/calendar.ts';
import { isZero } from '../../domain/traffic.ts';
import { type AccountName, accountKey, hasRouter, sourcesOf, subjectOf } from '../account.ts';
import type { Books } from '../books.ts';
import { ownBytes, type PostedDay } from './days.ts';

/** Since when and until when the ledger itself has counted an account. */
export interface OwnCount {
  /** The first day on which the ledger counted it; null where it never did. */
  from: Day | null;
  /** Unix ms of the last reading, from which the ledger continues; infinite where nothing that it reads can feed the account. */
  readUntil: number;
}

export type OwnCounts = (name: AccountName, days: ReadonlyMap<Day, PostedDay>) => OwnCount;

/** `configured`: names of the routers that are read. Counting does not continue from any other. Rule: imported days. */
export function ownCounts(books: Books, configured: ReadonlySet<string>, timezone: string): OwnCounts {
  const readers = [...books.readers.values()]
    .filter(({ router }) => configured.has(router))
    .map((reader) => ({ ...reader, names: new Set([...reader.counters.keys()].flatMap((counter) => counter.split(' '))) }));
  return (name, days) => {
    const sources = sourcesOf(name.kind);
    const feeding = readers.filter(({ source, router }) => sources.includes(source) && (!hasRouter(name.kind) || router === name.router));
    const account = books.accounts.get(accountKey(name));
    const own = [...days].flatMap(([day, posted]) => (isZero(ownBytes(posted)) ? [] : [day]));
    const begun = own.length > 0 || feeding.some(({ names }) => names.has(subjectOf(name)));
    return {
      // An import sets the time first seen to the moment at which the ledger takes over, so that is never later than the first count.
      from: account !== undefined && begun ? own.reduce((a, b) => Math.min(a, b), dayOf(account.firstSeen, timezone)) : null,
      readUntil: feeding.reduce((least, { readAt }) => Math.min(least, readAt), Number.POSITIVE_INFINITY),
    };
  };
}
