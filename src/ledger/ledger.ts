import { type Day, dayOf } from '../domain/calendar.ts';
import { type Week, weekOf } from '../domain/people/tariffs.ts';
import type { Round } from '../domain/round.ts';
import { LedgerError } from '../errors.ts';
import type { AuditRow, Books } from './books.ts';
import { createHourly, type HourlyTerms } from './hourly.ts';
import { addCounts, applyUpdate, type SeenInFile, seenInFileOf } from './posting/apply-update.ts';
import { createClockWatch } from './posting/clock.ts';
import { draftRound, type PostingTerms } from './posting/post-round.ts';
import { type Renamed, type RoundUpdate, renamedIn } from './posting/round-update.ts';
import { type LedgerState, newLedgerState } from './state.ts';
import { loadBooks } from './storage/load.ts';
import { registerTariffs } from './storage/people/tariff-rows.ts';
import { renameBatches } from './storage/rename-router.ts';
import type { Store } from './storage/store.ts';
import { auditBatch, pruneAudit } from './storage/write-audit.ts';
import { batchesOf } from './storage/write-round.ts';
import { type BillingTerms, type Months, monthsAt, periodsKey, refreshCompared, sumMonths } from './usage/months.ts';
import { dropFromSums } from './usage/sums.ts';

export interface LedgerTerms extends Omit<PostingTerms, 'week'>, BillingTerms, HourlyTerms {}

/** How the posting of a round ended. */
export type Posted =
  | { status: 'posted'; audit: readonly AuditRow[]; renamed: readonly Renamed[] }
  | { status: 'suspended'; why: string }
  | { status: 'failed'; error: LedgerError };

/** The books and the operations on them. Everything shown is in the file. */
export interface Ledger {
  readonly books: Books;
  /** The running billing periods, which the accounts' month sums belong to. */
  readonly months: Months;
  readonly state: LedgerState;
  readonly store: Store;
  /**
   * Posts a round in one transaction. `tick` is ms on a clock that never steps. Does not throw for faults of the disk or the clock.
   * Rule: one transaction.
   */
  post(round: Round, tick: () => number): Promise<Posted>;
  /** The time to show: while the clock is not trusted, that of the last posting. */
  trusted(now: number): number;
  /** Begins new month sums if a billing period has ended. Throws a LedgerError. */
  turnMonths(now: number): Promise<void>;
  /** Continues with other terms and sums the months by them. Throws a LedgerError. */
  setTerms(terms: LedgerTerms, now: number): Promise<void>;
  /** Moves everything kept under routers' earlier names to their new ones. Throws a LedgerError. */
  renameRouters(renamed: ReadonlyMap<string, string>, now: number): Promise<void>;
  /** Writes an audit row that belongs to no round. Throws a LedgerError. */
  addAudit(row: AuditRow): Promise<void>;
  close(): Promise<void>;
}

/** Reads the books from a store and sums the months. The ledger owns the store from then on. `now` is Unix ms. Throws a LedgerError. */
export async function openLedger(store: Store, terms: LedgerTerms, now: number): Promise<Ledger> {
  const ledger = new SqliteLedger(store, terms, await loadBooks(store), now);
  await ledger.registerTariffs();
  await sumMonths(store, ledger.books, ledger.months, terms.timezone);
  ledger.state.databaseBytes = await store.size();
  return ledger;
}

class SqliteLedger implements Ledger {
  books: Books;
  months: Months;
  readonly store: Store;
  readonly state: LedgerState = newLedgerState();
  #terms: LedgerTerms;
  #seenInFile: SeenInFile;
  #week: Week<number> | null = null;
  #last: Promise<unknown> = Promise.resolve();
  /** After a failed commit it is not known what the file has: the books are reloaded first. */
  #mustReload = false;
  readonly #clock = createClockWatch(this.state);
  readonly #hourly = createHourly();

  constructor(store: Store, terms: LedgerTerms, books: Books, now: number) {
    this.store = store;
    this.#terms = terms;
    this.books = books;
    this.state.startedAt = books.startedAt;
    this.months = monthsAt(this.trusted(now), terms);
    this.#seenInFile = seenInFileOf(books);
  }

  post(round: Round, tick: () => number): Promise<Posted> {
    return this.#inTurn(() => this.#post(round, tick));
  }

  async #post(round: Round, tick: () => number): Promise<Posted> {
    const now = round.finishedAt;
    const began = tick();
    const clock = this.#clock.judge(round, this.books.postedAt, began);
    if ('why' in clock) return { status: 'suspended', why: clock.why };
    try {
      if (this.#mustReload) await this.#reload(now);
      await this.#turnMonths(now);
      const update = draftRound(this.books, round, { ...this.#terms, week: this.#week }, began);
      if (clock.row !== null) update.audit.push(clock.row);
      const drafted = tick();
      await this.store.commit([
        ...batchesOf(this.books, update, this.#seenInFile),
        ...this.#hourly.prune(this.books, this.#terms, now),
        ...(update.audit.length > 0 ? pruneAudit : []),
      ]);
      this.state.commitSeconds = (tick() - drafted) / 1000;
      this.#hourly.committed(update.moves);
      applyUpdate(this.books, this.#seenInFile, this.months, update);
      addCounts(this.state.counts, update);
      if (changesPast(update, dayOf(now, this.#terms.timezone))) this.state.pastChanges += 1;
      this.state.startedAt = this.books.startedAt;
      this.#clock.posted(began);
      await this.#ageOut(now);
      this.state.databaseBytes = await this.store.size();
      await this.#refreshCompared(update);
      this.state.writeFailure = null;
      return { status: 'posted', audit: update.audit, renamed: renamedIn(update) };
    } catch (error) {
      this.#mustReload = true;
      this.#hourly.again();
      if (!(error instanceof LedgerError)) throw error;
      this.state.writeErrors += 1;
      this.state.writeFailure = error.message;
      return { status: 'failed', error };
    }
  }

  trusted(now: number): number {
    const { postedAt } = this.books;
    return postedAt > 0 && (this.state.suspendedBecause !== null || now < postedAt) ? postedAt : now;
  }

  async turnMonths(now: number): Promise<void> {
    if (periodsKey(monthsAt(now, this.#terms)) !== periodsKey(this.months)) await this.#inTurn(() => this.#turnMonths(now));
  }

  async #turnMonths(now: number): Promise<void> {
    const months = monthsAt(now, this.#terms);
    if (periodsKey(months) === periodsKey(this.months)) return;
    await sumMonths(this.store, this.books, months, this.#terms.timezone);
    this.months = months;
  }

  setTerms(terms: LedgerTerms, now: number): Promise<void> {
    return this.#inTurn(async () => {
      const before = { terms: this.#terms, week: this.#week };
      try {
        this.#terms = terms;
        await this.registerTariffs();
        const months = monthsAt(this.trusted(now), terms);
        await sumMonths(this.store, this.books, months, terms.timezone);
        this.months = months;
      } catch (error) {
        this.#terms = before.terms;
        this.#week = before.week;
        throw error;
      }
      await this.#dropPrivateHours();
    });
  }

  /**
   * What reads or changes the books goes one after the other: a round in between would be in the sums twice or not at all, or be posted to
   * accounts that are no longer there.
   */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  renameRouters(renamed: ReadonlyMap<string, string>, now: number): Promise<void> {
    return this.#inTurn(async () => {
      // After a failed commit the file may have what the books do not.
      if (this.#mustReload) await this.#reload(now);
      // One after the other: what two earlier names had becomes one under the new name.
      for (const [was, name] of renamed) {
        const batches = renameBatches(this.books, was, name);
        if (batches.length === 0) continue;
        await this.store.commit(batches);
        await this.#reload(now);
      }
    });
  }

  /** From now on, bytes are posted to the tariffs of the terms. Rule: tariffs. */
  async registerTariffs(): Promise<void> {
    const { tariffs = [] } = this.#terms;
    const ids = await registerTariffs(this.store, this.books.tariffs, tariffs);
    for (const each of ids) this.books.tariffs.set(each.id, each);
    this.#week = tariffs.length === 0 ? null : weekOf(tariffs, (tariff) => ids[tariffs.indexOf(tariff)]?.id ?? 0);
  }

  addAudit(row: AuditRow): Promise<void> {
    return this.store.commit([auditBatch([row]), ...pruneAudit]);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  /** With new terms, hours of what is private now are deleted at once. What cannot be written now is tried again with the next round. */
  async #dropPrivateHours(): Promise<void> {
    this.#hourly.again();
    const batches = this.#hourly.privateBatches(this.books, this.#terms);
    try {
      if (batches.length > 0) await this.store.commit(batches);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.state.writeErrors += 1;
    }
  }

  /** What was posted stays posted if that fails. */
  async #ageOut(now: number): Promise<void> {
    try {
      dropFromSums(this.months.sums, await this.#hourly.ageOut(this.store, this.books, this.#seenInFile, this.#terms, now));
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#mustReload = true;
      this.state.writeErrors += 1;
    }
  }

  /** The round is posted whatever happens here: what cannot be read now is read after the next one. */
  async #refreshCompared(update: RoundUpdate): Promise<void> {
    try {
      await refreshCompared(this.store, this.books, this.months, this.#terms.timezone, update);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.months.begun = '';
    }
  }

  async #reload(now: number): Promise<void> {
    const books = await loadBooks(this.store);
    this.#hourly.again();
    const months = monthsAt(now, this.#terms);
    await sumMonths(this.store, books, months, this.#terms.timezone);
    this.months = months;
    this.books = books;
    this.#seenInFile = seenInFileOf(books);
    this.#mustReload = false;
    this.state.pastChanges += 1;
  }
}

/** Whether a round changes bytes of days before `today`: it posted some there, or moved an account's bytes to another. */
const changesPast = ({ increases, moves }: RoundUpdate, today: Day): boolean =>
  moves.length > 0 || increases.some(({ day }) => day < today);
