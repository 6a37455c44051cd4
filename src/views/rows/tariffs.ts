import type { Month } from '../../domain/calendar.ts';
import type { QuotaOf } from '../../domain/people/quota.ts';
import { ON_PEAK } from '../../domain/people/tariffs.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { minus, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { type Account, accountsOf, isDirected } from '../../ledger/account.ts';
import { monthFor, monthSums } from '../../ledger/usage/months.ts';
import { bytesIn } from '../../ledger/usage/sums.ts';
import type { View } from '../view.ts';
import { openSubjects, quotaSubjects, type SubjectView } from './quota-subjects.ts';

/** What parts are made from. */
export type TariffView = Pick<View, 'books' | 'months'>;

/** Bytes of one tariff. */
export interface TariffPart {
  tariff: string;
  bytes: Traffic;
}

/**
 * The month of accounts by tariff, `on_peak` first; they add up to the month. Bytes without a direction are not in it. Empty without
 * tariffs. `month`: that of all of them; left out, each has its own. Rule: tariffs.
 */
export function monthParts({ books, months }: TariffView, accounts: readonly Account[], month?: Month): TariffPart[] {
  const named = new Map<string, Traffic>();
  let onPeak: Traffic | null = null;
  for (const account of accounts) {
    const sums = monthSums(months, month ?? monthFor(months, account));
    if (sums === null || !isDirected(account.kind)) continue;
    onPeak = plus(onPeak ?? NOTHING, bytesIn(sums, account) ?? NOTHING);
    for (const [tariff, part] of sums.tariffs) {
      const bytes = part.get(account.id) ?? NOTHING;
      const name = books.tariffs.get(tariff)?.name ?? '';
      named.set(name, plus(named.get(name) ?? NOTHING, bytes));
      onPeak = minus(onPeak, bytes);
    }
  }
  return onPeak === null ? [] : [{ tariff: ON_PEAK, bytes: onPeak }, ...[...named].map(([tariff, bytes]) => ({ tariff, bytes }))];
}

/** The month of something by tariff. */
export interface TariffRow extends TariffPart {
  of: 'home' | 'uplink' | 'user' | 'device' | 'peer';
  /** A MAC, a public key or a name; empty for the home. */
  id: string;
  name: string;
  /** For people: the name that a user has on pages and in tables; otherwise `name`. */
  title: string;
}

/** The month of everything by tariff, but of what is private, also in users and others: it would tell when that was used. None without tariffs. */
export function tariffRows(view: SubjectView & TariffView): TariffRow[] {
  const subjectsOf = quotaSubjects(view);
  const kinds: readonly QuotaOf[] = [
    { kind: 'home' },
    ...uplinksOf(view),
    { kind: 'each user' },
    ...(view.people.isConfigured ? [{ kind: 'others' } as const] : []),
    { kind: 'each device', user: null },
    { kind: 'each peer' },
  ];
  return kinds
    .flatMap((of) => openSubjects(view, subjectsOf({ of }, { startsAt: 0 })))
    .flatMap(({ of, id, name, accounts }) => {
      const what = of === 'others' ? ({ of: 'user', id: OTHERS, name: OTHERS } as const) : { of, id, name };
      const title = what.of === 'user' ? view.people.titleOf(what.id) : what.name;
      return monthParts(view, accounts, of === 'home' ? view.months.home : undefined).map((part) => ({ ...what, title, ...part }));
    });
}

const uplinksOf = ({ books }: TariffView): QuotaOf[] =>
  accountsOf(books.accounts, 'wan').map(({ router, interface: name }) => ({ kind: 'uplink', router, interface: name }));
