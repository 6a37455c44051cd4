import { NOTHING, type Traffic } from '../../domain/traffic.ts';
import { Accounts } from '../accounts.ts';
import type { Books } from '../books.ts';

/**
 * The books as they would be if a stretch of days were the running month: the month of each account has what it has in these days, by its
 * id. The given books stay as they are.
 */
export function booksIn(books: Books, bytes: ReadonlyMap<number, Traffic>): Books {
  const accounts = new Accounts();
  for (const [key, account] of books.accounts) accounts.set(key, { ...account, month: bytes.get(account.id) ?? NOTHING });
  return { ...books, accounts };
}
