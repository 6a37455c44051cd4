import { type AccountName, accountKey } from '../account.ts';
import type { Accounts } from '../accounts.ts';
import type { AccountUpdate } from './round-update.ts';

/** A name of an account that is kept from round to round, so that its key is not made, and what a round drafts not looked up, again and again. */
export interface AccountRef {
  name: AccountName;
  readonly key: string;
  /** What the latest round that posted to it drafted, and what stands for that round. */
  drafted: AccountUpdate | null;
  round: object | null;
}

const refTo = (name: AccountName): AccountRef => ({ name, key: accountKey(name), drafted: null, round: null });

/** Makes the refs of what counters feed. */
export interface RefMaker {
  of(name: AccountName): AccountRef;
}

/** A new one each time, for what is not posted. */
export const LOOSE_REFS: RefMaker = { of: refTo };

/** The one ref of each account that counters feed: a round finds by it what it drafted for the account. */
export class AccountRefs implements RefMaker {
  readonly #byKey = new Map<string, AccountRef>();

  get size(): number {
    return this.#byKey.size;
  }

  of(name: AccountName): AccountRef {
    const known = this.find(name);
    if (known !== undefined) {
      known.name = name;
      return known;
    }
    const made = refTo(name);
    this.#byKey.set(made.key, made);
    return made;
  }

  find(name: AccountName): AccountRef | undefined {
    return this.#byKey.get(accountKey(name));
  }
}

const refsOfBooks = new WeakMap<Accounts, AccountRefs>();

/** Those of the rounds before, unless most of them are of accounts that are not there: a router may invent any number. Rule: small. */
export function accountRefs(accounts: Accounts): AccountRefs {
  const known = refsOfBooks.get(accounts);
  if (known !== undefined && known.size <= 2 * accounts.size + 1000) return known;
  const made = new AccountRefs();
  refsOfBooks.set(accounts, made);
  return made;
}
