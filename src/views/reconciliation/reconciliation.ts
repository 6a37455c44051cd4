import { type Month, startOfDay } from '../../domain/calendar.ts';
import type { HostMethod } from '../../domain/observation.ts';
import { minus, NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { type Account, macOf } from '../../ledger/account.ts';
import { readerKey } from '../../ledger/books.ts';
import { monthFor } from '../../ledger/usage/months.ts';
import type { Evidence } from './evidence.ts';
import { earliest, type Gateway, gateways, type ReconciliationView } from './gateways.ts';
import { type GatewayFacts, type Reason, reasonsOf } from './reasons.ts';

/** A gateway's uplinks held against its hosts, for the billing period of its uplinks that runs. */
export interface Reconciliation {
  router: string;
  month: Month;
  /** What went through its uplinks; those inside others are left out. */
  wan: Traffic;
  /** What its hosts moved, those without a known MAC included. */
  hosts: Traffic;
  /** The part of `hosts` that stands under addresses whose MAC is not known. */
  unknown: Traffic;
  /** Uplinks less hosts; below zero where the hosts' figures are larger. */
  unattributed: Traffic;
  /** Of both directions, as a part of what the uplinks carried; null where they carried nothing. */
  share: number | null;
  /** Unattributed bytes that no reason with a figure of its own accounts for. */
  rest: Traffic;
  restShare: number | null;
  /** Unix ms at which the first host was counted; null before that. */
  hostsSince: number | null;
  method: HostMethod | null;
  /** Bytes that no counter of the router had room for, since the counting there began; null where that is not known. */
  uncounted: Traffic | null;
  reasons: Reason[];
}

/** Every gateway that has an uplink and counts hosts, by name. Without evidence some reasons lack their figures. */
export function reconciliations(view: ReconciliationView, evidence: ReadonlyMap<string, Evidence> = new Map()): Reconciliation[] {
  return gateways(view)
    .sort((a, b) => (a.router < b.router ? -1 : 1))
    .map((gateway) => reconcile(view, gateway, evidence.get(gateway.router)));
}

function reconcile(view: ReconciliationView, gateway: Gateway, evidence: Evidence | undefined): Reconciliation {
  const { router, uplinks, hosts: accounts } = gateway;
  const month = monthFor(view.months, { kind: 'wan', router });
  const wan = monthSum(uplinks);
  const hosts = monthSum(accounts);
  const unattributed = minus(wan, hosts);
  const status = view.routers.find(({ name }) => name === router);
  const observation = status?.sources.get('hosts')?.observation;
  const observed = observation?.source === 'hosts' ? observation : null;
  const facts: GatewayFacts = {
    ...gateway,
    unattributed,
    hostsSince: earliest(accounts),
    wanSince: earliest(uplinks),
    monthStart: startOfDay(month.start, view.timezone),
    timezone: view.timezone,
    samePeriod: month.start === view.months.home.start && month.end === view.months.home.end,
    method: observed?.method ?? null,
    uncounted: observed?.uncounted ?? null,
    offload: status?.system?.flowOffload ?? null,
    readAt: {
      hosts: view.books.readers.get(readerKey(router, 'hosts'))?.readAt ?? null,
      wan: view.books.readers.get(readerKey(router, 'wan'))?.readAt ?? null,
    },
    evidence: evidence ?? null,
  };
  const reasons = reasonsOf(facts);
  const rest = reasons.reduce((left, { bytes, known }) => (known && bytes !== null ? lessOf(left, bytes) : left), unattributed);
  return {
    router,
    month,
    wan,
    hosts,
    unknown: monthSum(accounts.filter((account) => macOf(account) === null)),
    unattributed,
    share: shareOf(unattributed, wan),
    rest,
    restShare: shareOf(rest, minus(wan, evidence?.before ?? NOTHING)),
    hostsSince: facts.hostsSince,
    method: facts.method,
    uncounted: facts.uncounted,
    reasons,
  };
}

const monthSum = (accounts: readonly Account[]): Traffic => accounts.map(({ month }) => month).reduce(plus, NOTHING);

/** A reason takes away no more than there is: its figure may be larger than what it explains. */
const lessOf = (left: Traffic, bytes: Traffic): Traffic => ({
  download: left.download - Math.max(0, Math.min(left.download, bytes.download)),
  upload: left.upload - Math.max(0, Math.min(left.upload, bytes.upload)),
});

const shareOf = (part: Traffic, whole: Traffic): number | null => (total(whole) <= 0 ? null : total(part) / total(whole));
