import { type Account, type AccountKind, ipOf, ownedAs } from './account.ts';

/** The accounts of the books by `accountKey`, and what every round asks about all of them. */
export class Accounts extends Map<string, Account> {
  readonly #byKind = new Map<AccountKind, Set<Account>>();
  readonly #perRouter = new Map<string, number>();
  readonly #unowned = new Set<Account>();
  #lastId = 0;
  #changes = 0;

  /** The highest id that an account had. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Grows when an account comes or goes. */
  get changes(): number {
    return this.#changes;
  }

  /** Accounts of addresses whose MAC is not known. */
  get unowned(): ReadonlySet<Account> {
    return this.#unowned;
  }

  ofKind(kind: AccountKind): Iterable<Account> {
    return this.#byKind.get(kind) ?? [];
  }

  /** How many accounts a router has. */
  countOf(router: string): number {
    return this.#perRouter.get(router) ?? 0;
  }

  override set(key: string, account: Account): this {
    this.delete(key);
    this.#changes += 1;
    this.#lastId = Math.max(this.#lastId, account.id);
    const ofKind = this.#byKind.get(account.kind) ?? new Set();
    this.#byKind.set(account.kind, ofKind.add(account));
    this.#perRouter.set(account.router, this.countOf(account.router) + 1);
    if (ownedAs(account.kind) !== null && ipOf(account) !== null) this.#unowned.add(account);
    return super.set(key, account);
  }

  override delete(key: string): boolean {
    const account = this.get(key);
    if (account === undefined) return false;
    this.#changes += 1;
    this.#byKind.get(account.kind)?.delete(account);
    this.#perRouter.set(account.router, this.countOf(account.router) - 1);
    this.#unowned.delete(account);
    return super.delete(key);
  }
}
