import { type Day, dayOf, lastPeriods, type Month, startOfDay } from '../../domain/calendar.ts';
import type { QuotaThing } from '../../domain/people/quota-row.ts';
import { OTHERS } from '../../domain/people/user.ts';
import type { Used } from '../../domain/traffic.ts';
import { accountsOf } from '../../ledger/account.ts';
import type { BillingTerms } from '../../ledger/usage/months.ts';
import type { View } from '../view.ts';
import { nothingOf } from './periods.ts';
import { openSubjects, type QuotaSubject, quotaSubjects, type SubjectView } from './quota-subjects.ts';

/** How far back the history goes: days and billing periods, the running ones included. */
const DAYS = 62;
const PERIODS = 25;
/** Of each device and peer, of which there may be thousands. */
const PERIODS_OF_EACH = 13;
/** Days of each device, and up to how many devices: each has two series a day in Prometheus. */
const DAYS_OF_EACH = 31;
const MOST_WITH_DAYS = 200;

/** Some subjects, and the stretches of days that are shown of each of them, the oldest first. */
export interface HistoryPart {
  by: 'day' | 'month';
  subjects: readonly QuotaSubject[];
  spans: readonly Month[];
  /** Whether a stretch without a byte is shown too, from the first one with bytes on. */
  isWhole: boolean;
}

/** What something used on a day or in a billing period. */
export interface HistoryRow extends QuotaThing {
  by: HistoryPart['by'];
  start: Day;
  used: Used;
}

export type HistoryView = SubjectView & Pick<View, 'now' | 'timezone'>;

/** How much of the history is wanted: that of the home and its uplinks, of users too, or of every device and peer too. */
export type HistoryScope = 'lines' | 'users' | 'each';

/**
 * What the history shows: days and periods of the home, its uplinks and users, periods of devices and peers, and days of devices where
 * these are not too many. Days of what is private are left out, because they tell when it was there. Users may have thousands of devices,
 * so a narrow scope is much cheaper.
 */
export function historyParts(
  view: HistoryView,
  terms: Pick<BillingTerms, 'billing' | 'routerBilling'>,
  scope: HistoryScope,
): HistoryPart[] {
  const today = dayOf(view.now, view.timezone);
  const days = Array.from({ length: DAYS }, (_, i) => ({ start: today - DAYS + 1 + i, end: today - DAYS + 2 + i }));
  const ofHome = lastPeriods(today, terms.billing, PERIODS);
  const subjectsOf = quotaSubjects(view);
  const all = { startsAt: 0 };
  const home = subjectsOf({ of: { kind: 'home' } }, all);
  const wantsUsers = scope !== 'lines' && view.people.users.length > 0;
  const users = wantsUsers ? subjectsOf({ of: { kind: 'each user' } }, all) : [];
  const others = wantsUsers && view.people.isConfigured ? subjectsOf({ of: { kind: 'others' } }, all) : [];
  const people = [...users, ...others.map((each) => ({ ...each, name: OTHERS }))];
  const uplinks = uplinksByRouter(view);
  const ownMonth = (router: string) => terms.routerBilling.has(router);
  const inHomeMonth = [...uplinks].flatMap(([router, each]) => (ownMonth(router) ? [] : each));
  const devices = scope === 'each' ? subjectsOf({ of: { kind: 'each device', user: null } }, all) : [];
  const peers = scope === 'each' ? subjectsOf({ of: { kind: 'each peer' } }, all) : [];
  const daysOfEach = days.slice(-DAYS_OF_EACH);
  const parts: HistoryPart[] = [
    { by: 'day', subjects: openSubjects(view, [...home, ...[...uplinks.values()].flat()]), spans: days, isWhole: true },
    { by: 'month', subjects: [...home, ...inHomeMonth], spans: ofHome, isWhole: true },
    ...[...terms.routerBilling].map(
      ([router, billing]): HistoryPart => ({
        by: 'month',
        subjects: uplinks.get(router) ?? [],
        spans: lastPeriods(today, billing, PERIODS),
        isWhole: true,
      }),
    ),
    { by: 'day', subjects: openSubjects(view, people), spans: days, isWhole: true },
    { by: 'month', subjects: people, spans: ofHome, isWhole: true },
    { by: 'month', subjects: [...devices, ...peers], spans: ofHome.slice(-PERIODS_OF_EACH), isWhole: false },
    { by: 'day', subjects: withDays(view, devices, daysOfEach[0]?.start ?? today), spans: daysOfEach, isWhole: true },
  ];
  return parts.filter(({ subjects }) => subjects.length > 0);
}

/** The devices whose days are shown: all that were seen since a day and are not private, or none where these are too many. */
function withDays(view: HistoryView, devices: readonly QuotaSubject[], since: Day): QuotaSubject[] {
  const startsAt = startOfDay(since, view.timezone);
  const seen = devices.filter(({ accounts }) => accounts.some(({ lastSeen }) => lastSeen >= startsAt));
  const open = openSubjects(view, seen);
  return open.length > MOST_WITH_DAYS ? [] : open;
}

/** Each uplink by itself, those inside others too. */
function uplinksByRouter({ books }: SubjectView): Map<string, QuotaSubject[]> {
  const found = new Map<string, QuotaSubject[]>();
  for (const account of accountsOf(books.accounts, 'wan')) {
    const name = `${account.router}/${account.interface}`;
    found.set(account.router, [...(found.get(account.router) ?? []), { of: 'uplink', id: name, name, accounts: [account] }]);
  }
  return found;
}

/** What the subjects of a part used in one of its spans, by their place; null: not a byte. */
export type SpanUsage = ReadonlyMap<number, Used>;

/** A row for each subject and span of a part; `usageIn` has what was used in a span. */
export function historyRows({ by, subjects, spans, isWhole }: HistoryPart, usageIn: (span: Month) => SpanUsage): HistoryRow[] {
  const used = spans.map(usageIn);
  return subjects.flatMap(({ of, id, name, accounts }, place) => {
    const first = used.findIndex((each) => each.has(place));
    if (first === -1) return [];
    const nothing = nothingOf(accounts);
    return spans.flatMap(({ start }, i): HistoryRow[] => {
      const bytes = used[i]?.get(place) ?? (isWhole && i > first ? nothing : null);
      return bytes === null ? [] : [{ of, id, name, by, start, used: bytes }];
    });
  });
}
