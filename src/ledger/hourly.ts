import { hourOf } from '../domain/calendar.ts';
import { NOBODY, type People } from '../domain/people/people.ts';
import type { Account } from './account.ts';
import type { Books } from './books.ts';
import type { SeenInFile } from './posting/apply-update.ts';
import type { RoundUpdate } from './posting/round-update.ts';
import { type AgeTerms, ageOutBatches, applyAgedOut, findAgedOut, isNothing } from './storage/age-out.ts';
import type { Batch, Store } from './storage/store.ts';
import { pruneAudit } from './storage/write-audit.ts';
import { pruneHours } from './storage/write-round.ts';
import { createOwnHours } from './usage/kept-hours.ts';

export interface HourlyTerms extends AgeTerms {
  /** Seconds that hours are kept. */
  keepHours: number;
  people?: People;
}

/** What leaves a ledger once an hour. Times are Unix ms. */
export interface Hourly {
  /** For the transaction of a round: deletes the hours that are no longer kept. */
  prune(books: Books, terms: HourlyTerms, now: number): Batch[];
  /** That transaction is committed, and accounts got the hours of others. */
  committed(moves: RoundUpdate['moves']): void;
  /** All of it is looked for again: it is not known what the file has, or the terms are others. */
  again(): void;
  /** Deletes the hours of what is private. */
  privateBatches(books: Books, terms: HourlyTerms): Batch[];
  /** Lets go what was seen but hardly ever used, and gives its accounts. Throws a LedgerError. Rule: invented device. */
  ageOut(store: Store, books: Books, seenInFile: SeenInFile, terms: HourlyTerms, now: number): Promise<readonly Account[]>;
}

export function createHourly(): Hourly {
  const ownHours = createOwnHours();
  let [prunedAt, agedAt] = [0, 0];

  /** Whether it was done in this hour. A clock that was ahead and was set back does not put it off. */
  const isDone = ({ timezone }: HourlyTerms, now: number, at: number): boolean => at <= now && hourOf(now, timezone) <= at;

  return {
    prune(books, terms, now) {
      if (isDone(terms, now, prunedAt)) return [];
      prunedAt = now;
      return [...pruneHours(now - terms.keepHours * 1000), ...ownHours.batches(books, terms.people ?? NOBODY, now)];
    },
    committed: (moves) => ownHours.committed(moves),
    again() {
      prunedAt = 0;
      ownHours.again();
    },
    privateBatches: (books, terms) => ownHours.privateBatches(books, terms.people ?? NOBODY),
    async ageOut(store, books, seenInFile, terms, now) {
      if (isDone(terms, now, agedAt)) return [];
      agedAt = now;
      const aged = await findAgedOut(store, books, terms);
      if (isNothing(aged)) return [];
      await store.commit([...ageOutBatches(aged, now), ...pruneAudit]);
      applyAgedOut(books, seenInFile, aged);
      return aged.accounts;
    },
  };
}
