import { type AccountName, accountKey } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { Books } from './books.ts';

/** A name of an account that is kept from round to round, so that its key is not made, and what a round drafts not looked up, again and again. */
export interface AccountRef {
  name: AccountName;
  readonly key: string;
  /** Where the latest round that posted to it has what it drafted, and what stands for that round: the draft itself would hold all of it. */
  place: number;
  round: object | null;
}

const refTo = (name: AccountName): AccountRef => ({ name, key: accountKey(name), place: -1, round: null });

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
      // Whether an uplink is an overlay may have changed.
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
export function accountRefs({ accounts, readers }: Pick<Books, 'accounts' | 'readers'>): AccountRefs {
  const known = refsOfBooks.get(accounts);
  let most = 2 * accounts.size + 1000;
  for (const { counters } of readers.values()) most += 4 * counters.size;
  if (known !== undefined && known.size <= most) return known;
  const made = new AccountRefs();
  refsOfBooks.set(accounts, made);
  return made;
}
