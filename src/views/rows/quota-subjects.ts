import type { Quota } from '../../domain/people/quota.ts';
import type { QuotaPeriod } from '../../domain/people/quota-period.ts';
import type { QuotaThing } from '../../domain/people/quota-row.ts';
import { type Account, accountsOf, deviceAccountsOf } from '../../ledger/account.ts';
import { isPrivate, isPrivateAccount, nameOf, nameOfPeer, ownNameOfPeer, type View } from '../view.ts';
import { distinct } from './distinct.ts';
import { homeAccounts } from './periods.ts';
import { ownUplinks } from './wan.ts';

/** What subjects are made from. */
export type SubjectView = Pick<View, 'books' | 'aliases' | 'peerNames' | 'people'>;

/** One thing that a quota is of. */
export interface QuotaSubject extends QuotaThing {
  accounts: readonly Account[];
}

/** The user that a device belongs to, a private one too, and null for nobody. */
const userOf = ({ people, books }: SubjectView, mac: string): string | null => people.userOfDevice(mac, books.devices);

/** Finds what quotas are of. Devices and peers among many are those that were there in the period. */
export function quotaSubjects(view: SubjectView): (quota: Pick<Quota, 'of'>, period: Pick<QuotaPeriod, 'startsAt'>) => QuotaSubject[] {
  const { books, aliases } = view;
  let devices: Map<string, Account[]> | null = null;
  const byDevice = () => {
    devices ??= grouped(deviceAccountsOf(books.accounts), ({ key }) => aliases.get(key)?.mac ?? key);
    return devices;
  };
  const ofUser = (user: string | null) => [...byDevice()].filter(([mac]) => userOf(view, mac) === user);
  const subjectOfDevice = ([mac, accounts]: readonly [string, Account[]]): QuotaSubject => ({
    of: 'device',
    id: mac,
    name: nameOf(view, mac),
    accounts,
  });

  return ({ of }, { startsAt }) => {
    const wasThere = ([, accounts]: readonly [string, Account[]]) => accounts.some(({ lastSeen }) => lastSeen >= startsAt);
    switch (of.kind) {
      case 'home':
        return [{ of: 'home', id: '', name: '', accounts: homeAccounts(books).accounts }];
      case 'uplink': {
        const uplinks = accountsOf(books.accounts, 'wan').filter(({ router }) => router === of.router);
        const accounts = of.interface === null ? [...ownUplinks(uplinks)] : uplinks.filter((uplink) => uplink.interface === of.interface);
        const name = of.interface === null ? of.router : `${of.router}/${of.interface}`;
        return [{ of: 'uplink', id: name, name, accounts }];
      }
      case 'user':
        return [{ of: 'user', id: of.name, name: of.name, accounts: ofUser(of.name).flatMap(([, accounts]) => accounts) }];
      case 'others':
        return [{ of: 'others', id: '', name: '', accounts: ofUser(null).flatMap(([, accounts]) => accounts) }];
      case 'each user': {
        const users = grouped(
          [...byDevice()].flatMap(([mac, accounts]) => accounts.map((account) => ({ user: userOf(view, mac), account }))),
          ({ user }) => user,
        );
        return [...users].flatMap(([user, found]) =>
          user === null ? [] : [{ of: 'user', id: user, name: user, accounts: found.map(({ account }) => account) } as const],
        );
      }
      case 'device':
        return [...byDevice()].filter(([mac]) => isDevice(view, mac, of.name)).map(subjectOfDevice);
      case 'each device':
        return distinct((of.user === null ? [...byDevice()] : ofUser(of.user)).filter(wasThere).map(subjectOfDevice));
      case 'peer':
      case 'each peer': {
        const peers = [...grouped(accountsOf(books.accounts, 'peer'), ({ key }) => key)].filter(wasThere);
        const found = peers.flatMap(([key, accounts]) =>
          accounts.slice(0, 1).map((first) => ({ ref: { ...first, publicKey: key }, accounts })),
        );
        const wanted =
          of.kind === 'each peer' ? found : found.filter(({ ref }) => [ref.publicKey, ownNameOfPeer(view, ref)].includes(of.name));
        return distinct(wanted.map(({ ref, accounts }) => ({ of: 'peer', id: ref.publicKey, name: nameOfPeer(view, ref), accounts })));
      }
      default:
        return of satisfies never;
    }
  };
}

/** The subjects of a quota that tells times: none that is private, and users and others without their private devices. */
export function openSubjects(view: SubjectView, subjects: readonly QuotaSubject[]): QuotaSubject[] {
  const isOpen = (account: Account) => !isPrivateAccount(view, account);
  return subjects
    .filter((subject) => !isPrivateSubject(view, subject))
    .map((subject) => (['user', 'others'].includes(subject.of) ? { ...subject, accounts: subject.accounts.filter(isOpen) } : subject));
}

/** Whether only totals of it may be shown. */
export function isPrivateSubject(view: SubjectView, { of, id, accounts }: QuotaSubject): boolean {
  switch (of) {
    case 'device':
      return isPrivate(view, id);
    case 'user':
      return view.people.users.some(({ name, isPrivate }) => name === id && isPrivate);
    case 'peer':
      return accounts.some((account) => isPrivateAccount(view, account));
    case 'home':
    case 'uplink':
    case 'others':
      return false;
    default:
      return of satisfies never;
  }
}

const isDevice = ({ aliases }: SubjectView, mac: string, wanted: string): boolean =>
  mac === wanted || aliases.get(mac)?.name === wanted || aliases.get(wanted)?.mac === mac;

/** Items by what they have in common, in their order. */
export function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const others = found.get(key);
    if (others === undefined) found.set(key, [item]);
    else others.push(item);
  }
  return found;
}
