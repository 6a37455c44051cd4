import { macOfPeople } from '../domain/mac.ts';
import { deviceAccountsOf } from '../ledger/account.ts';
import { ownNameOf, type View } from './view.ts';

/** The MACs of a device that were counted, by its first MAC. */
export function macsOf(view: Pick<View, 'books' | 'aliases'>, first: string): string[] {
  const macs = deviceAccountsOf(view.books.accounts).map(({ key }) => key);
  return [...new Set(macs)].filter((mac) => mac === first || view.aliases.get(mac)?.mac === first);
}

/** The devices (first MAC of each) that a text may mean: one of its MACs, otherwise its name, otherwise its name in another case. */
export function findDevices(view: Pick<View, 'books' | 'aliases'>, text: string): string[] {
  const first = (mac: string) => view.aliases.get(mac)?.mac ?? mac;
  const known = new Set(deviceAccountsOf(view.books.accounts).map(({ key }) => first(key)));
  const mac = macOfPeople(text);
  if (mac !== null && known.has(first(mac))) return [first(mac)];
  const exact = [...known].filter((own) => ownNameOf(view, own) === text);
  if (exact.length > 0) return exact;
  const plain = (name: string) => name.normalize('NFC').toLowerCase();
  return [...known].filter((own) => plain(ownNameOf(view, own)) === plain(text));
}
