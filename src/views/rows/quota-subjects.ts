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

/** All devices, and those of each user, private ones too; null: nobody's. */
interface DeviceSubjects {
  all: readonly QuotaSubject[];
  byUser: ReadonlyMap<string | null, readonly QuotaSubject[]>;
}

function deviceSubjects(view: SubjectView): DeviceSubjects {
  const { books, aliases, people } = view;
  const byMac = grouped(deviceAccountsOf(books.accounts), ({ key }) => aliases.get(key)?.mac ?? key);
  const all = [...byMac].map(([mac, accounts]): QuotaSubject => ({ of: 'device', id: mac, name: nameOf(view, mac), accounts }));
  return { all, byUser: grouped(all, ({ id }) => people.userOfDevice(id, books.devices)) };
}

/** Finds what quotas are of. Devices and peers among many are those that were there in the period. */
export type SubjectsOf = (quota: Pick<Quota, 'of'>, period: Pick<QuotaPeriod, 'startsAt'>) => QuotaSubject[];

/** For one view after the other: devices are found again only where accounts came or went, or something else is known of a device. */
export function lastingSubjects(): (view: SubjectView) => SubjectsOf {
  let kept: { from: readonly unknown[]; subjects: DeviceSubjects } | null = null;
  return (view) =>
    subjectsIn(view, () => {
      const { accounts, devices } = view.books;
      const from = [accounts, accounts.changes, devices, devices.changes, view.aliases, view.people];
      if (!kept?.from.every((each, i) => each === from[i])) kept = { from, subjects: deviceSubjects(view) };
      return kept.subjects;
    });
}

export const quotaSubjects = (view: SubjectView): SubjectsOf => lastingSubjects()(view);

function subjectsIn(view: SubjectView, devices: () => DeviceSubjects): SubjectsOf {
  const { books } = view;
  const ofUser = (user: string | null) => devices().byUser.get(user) ?? [];
  const accountsIn = (subjects: readonly QuotaSubject[]) => subjects.flatMap(({ accounts }) => accounts);

  return ({ of }, { startsAt }) => {
    const wasThere = (accounts: readonly Account[]) => accounts.some(({ lastSeen }) => lastSeen >= startsAt);
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
        return [{ of: 'user', id: of.name, name: of.name, accounts: accountsIn(ofUser(of.name)) }];
      case 'others':
        return [{ of: 'others', id: '', name: '', accounts: accountsIn(ofUser(null)) }];
      case 'each user':
        return [...devices().byUser].flatMap(([user, found]) =>
          user === null ? [] : [{ of: 'user', id: user, name: user, accounts: accountsIn(found) } as const],
        );
      case 'device':
        return devices().all.filter(({ id }) => isDevice(view, id, of.name));
      case 'each device':
        return distinct((of.user === null ? devices().all : ofUser(of.user)).filter(({ accounts }) => wasThere(accounts)));
      case 'peer':
      case 'each peer': {
        const peers = [...grouped(accountsOf(books.accounts, 'peer'), ({ key }) => key)].filter(([, accounts]) => wasThere(accounts));
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
function isPrivateSubject(view: SubjectView, { of, id, accounts }: QuotaSubject): boolean {
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
