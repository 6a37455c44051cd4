import { noTraffic } from '../domain/traffic.ts';
import { type Account, type AccountKind, type AccountName, ipOf, ownedAs } from './account.ts';

/** The accounts of the books by `accountKey`, and what every round asks about all of them. */
export class Accounts extends Map<string, Account> {
  readonly #byKind = new Map<AccountKind, Set<Account>>();
  /** Through which router each was made, by `accountKey`, and how many through each. */
  readonly #madeThrough = new Map<string, string>();
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

  /** How many were made through a router: its own, and those of devices that it was the first to show. */
  countOf(router: string): number {
    return this.#perRouter.get(router) ?? 0;
  }

  /** `through`: the router that showed what it is for, as far as that is known. */
  override set(key: string, account: Account, through: string = account.router): this {
    this.delete(key);
    this.#changes += 1;
    this.#lastId = Math.max(this.#lastId, account.id);
    const ofKind = this.#byKind.get(account.kind) ?? new Set();
    this.#byKind.set(account.kind, ofKind.add(account));
    this.#madeThrough.set(key, through);
    this.#perRouter.set(through, this.countOf(through) + 1);
    if (ownedAs(account.kind) !== null && ipOf(account) !== null) this.#unowned.add(account);
    return super.set(key, account);
  }

  override delete(key: string): boolean {
    const account = this.get(key);
    if (account === undefined) return false;
    this.#changes += 1;
    this.#byKind.get(account.kind)?.delete(account);
    const through = this.#madeThrough.get(key) ?? account.router;
    this.#madeThrough.delete(key);
    this.#perRouter.set(through, this.countOf(through) - 1);
    this.#unowned.delete(account);
    return super.delete(key);
  }
}

/**
 * An account without bytes that was first seen at `at` (Unix ms). The only place that makes accounts: they are reached thousands of times in a
 * round, which V8 does fast only where all of them have one shape.
 */
export const newAccount = (id: number, { kind, router, interface: name, key, overlay = false }: AccountName, at: number): Account => ({
  id,
  kind,
  router,
  interface: name,
  key,
  overlay,
  total: noTraffic(),
  month: noTraffic(),
  firstSeen: at,
  lastSeen: at,
});
