import { type Day, dayOf } from '../../domain/calendar.ts';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { isZero, type Used } from '../../domain/traffic.ts';
import { deviceAccountsOf } from '../../ledger/account.ts';
import type { Books } from '../../ledger/books.ts';
import type { AuditRecord } from '../../ledger/storage/read-audit.ts';
import { subjectOf } from '../audit-words.ts';
import type { Evidence } from '../reconciliation/evidence.ts';
import { type Reconciliation, reconciliations } from '../reconciliation/reconciliation.ts';
import { homeAccounts } from '../rows/periods.ts';
import type { QuotaView } from '../rows/quotas.ts';
import { monthParts, type TariffPart } from '../rows/tariffs.ts';
import { isPrivate, type View } from '../view.ts';
import { type Changes, changesOf, homeUsage, type UsageChange } from './changes.ts';
import { type Missing, missingOf } from './missing.ts';
import type { ComparedDays, SummaryPeriod } from './period.ts';
import { quotasOf } from './quotas.ts';
import {
  type DeviceShare,
  devicesOf,
  isOf,
  isPrivateUser,
  type PeerShare,
  peersOf,
  type UserShare,
  usersOf,
  usersWithPrivate,
} from './who.ts';

/** The month of each account is what it has in the period, and `now` lies in it: the present, or its last moment. */
export type SummaryView = QuotaView & Pick<View, 'routers' | 'units'>;

/** What a summary is made from. */
export interface SummaryFacts {
  view: SummaryView;
  period: SummaryPeriod;
  /** Unix ms. */
  madeAt: number;
  running: boolean;
  /** The name of the only user to show; null: the home. */
  user: string | null;
  /** In these books, the month of each account is what it has in the days that are compared. Null where there is nothing yet. */
  compared: (ComparedDays & { books: { now: Books; before: Books } }) | null;
  /** The first day that the ledger has bytes of; null before any. */
  firstDay: Day | null;
  /** Whether tariffs are configured. */
  hasTariffs: boolean;
  audit: readonly AuditRecord[];
  /** There are more rows than these. */
  auditIsCut: boolean;
  evidence: ReadonlyMap<string, Evidence>;
}

type Changed<Row> = Row & {
  /** Null: it is not compared. */
  change: UsageChange | null;
};

/** What the home or one user used in a month or week, for people. Its sums are those of `print` and the API. */
export interface Summary extends Pick<SummaryFacts, 'period' | 'madeAt' | 'running' | 'firstDay' | 'auditIsCut'> {
  timezone: string;
  units: View['units'];
  /** The last day of it so far. */
  until: Day;
  user: Pick<UserShare, 'name' | 'title' | 'isPrivate'> | null;
  /** What `used` is the sum of. */
  countedBy: 'wan' | 'devices';
  used: Used;
  /** Null: the ledger does not have all of the days before, they may not be shown, or the first day still runs. */
  compared: (ComparedDays & { change: UsageChange }) | null;
  quotas: readonly QuotaRow[];
  /** Every user, and others; none where there is only one to show, or none. */
  users: readonly Changed<UserShare>[];
  devices: readonly Changed<DeviceShare>[];
  peers: readonly PeerShare[];
  /** On-peak first; empty without tariffs. */
  tariffs: readonly TariffPart[];
  missing: readonly Missing[];
  /** Uplinks compared with their hosts; none for a user. */
  gateways: readonly Reconciliation[];
}

/** Makes a summary. */
export function summaryOf(facts: SummaryFacts): Summary {
  const { view, period, user, madeAt, running, auditIsCut, firstDay } = facts;
  const all = usersOf(view);
  const own = user === null ? null : (all.find(({ name }) => name === user) ?? null);
  const { countedBy, accounts } = homeAccounts(view.books);
  const isOwn = user === null ? null : isOf(view, user);
  const parts = own?.isPrivate
    ? []
    : monthParts(
        view,
        isOwn === null ? accounts : deviceAccountsOf(view.books.accounts).filter(({ key }) => isOwn(key) && !isPrivate(view, key)),
      );
  const changes = changesIn(facts);
  const isShown = shownIn(facts);
  const change = own === null ? changes?.home : changes?.users.get(own.name);
  return {
    ...{ period, madeAt, running, firstDay, auditIsCut, timezone: view.timezone, units: view.units },
    until: running ? dayOf(view.now, view.timezone) : period.days.end - 1,
    user: own === null ? null : { name: own.name, title: own.title, isPrivate: own.isPrivate },
    countedBy: own === null ? countedBy : 'devices',
    used: own === null ? homeUsage(view.books) : own.used,
    compared: facts.compared === null || change === undefined ? null : { days: facts.compared.days, before: facts.compared.before, change },
    quotas: quotasOf(view, user),
    users: user !== null ? [] : all.filter(isShown.user).map((row) => ({ ...row, change: changes?.users.get(row.name) ?? null })),
    devices: devicesOf(view, user)
      .filter(isShown.device)
      .map((row) => ({ ...row, change: changes?.devices.get(row.mac) ?? null })),
    peers: peersOf(view, user),
    tariffs: facts.hasTariffs || parts.length > 1 ? parts : [],
    missing: missingOf(facts.audit.filter(concerning(view, user))),
    gateways: user === null ? gatewaysOf(facts) : [],
  };
}

/** Null where the ledger does not have the days before from their start. */
function changesIn({ view, period, compared, firstDay, running }: SummaryFacts): Changes | null {
  if (compared === null || firstDay === null || firstDay > compared.before.start) return null;
  return changesOf(view, compared.books, !running && period.by === 'month');
}

/** Of what is private only months are shown: in a week, neither its rows nor a sum that has it. */
function shownIn({ view, period }: SummaryFacts) {
  if (period.by === 'month') return { user: () => true, device: () => true };
  const hidden = usersWithPrivate(view, deviceAccountsOf(view.books.accounts));
  return {
    user: ({ name, isPrivate }: UserShare) => !isPrivate && !hidden.has(name),
    device: ({ isPrivate }: DeviceShare) => !isPrivate,
  };
}

/** Rows about a device of somebody else, and about uplinks, do not concern a user; those of a private device are nobody's to see. */
function concerning(view: SummaryView, user: string | null): (row: AuditRecord) => boolean {
  if (user === null) return () => true;
  const isOwn = isPrivateUser(view, user) ? () => false : isOf(view, user);
  return (row) => {
    const { mac } = subjectOf(view, row);
    return mac === null ? row.source !== 'wan' : isOwn(mac);
  };
}

/** A reading that is late now says nothing of a time that is over. */
function gatewaysOf({ view, evidence, running }: SummaryFacts): Reconciliation[] {
  return reconciliations(view, evidence)
    .filter(({ wan, hostsSince }) => !isZero(wan) && hostsSince !== null)
    .map((gateway) => ({ ...gateway, reasons: gateway.reasons.filter(({ kind }) => running || kind !== 'silent') }));
}
