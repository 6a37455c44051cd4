import { type Month, startOfDay } from '../../domain/calendar.ts';
import type { HostMethod } from '../../domain/observation.ts';
import { minus, NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { type Account, macOf } from '../../ledger/account.ts';
import { readerKey } from '../../ledger/books.ts';
import { monthFor } from '../../ledger/usage/months.ts';
import type { Evidence } from './evidence.ts';
import { earliest, type Gateway, gateways, type ReconciliationView } from './gateways.ts';
import { type GatewayFacts, type Reason, reasonsOf } from './reasons.ts';

/** A gateway's uplinks compared with its hosts, for the current billing period of its uplinks. */
export interface Reconciliation {
  router: string;
  month: Month;
  /** Bytes of its uplinks, without overlays. */
  wan: Traffic;
  /** Bytes of its hosts, including those without a known MAC. */
  hosts: Traffic;
  /** The part of `hosts` that belongs to addresses without a known MAC. */
  unknown: Traffic;
  /** Uplinks minus hosts; negative if the hosts have more. */
  unattributed: Traffic;
  /** Both directions, as a fraction of the uplinks' bytes; null if these are 0. */
  share: number | null;
  /** Unattributed bytes that are not explained by the reasons with known bytes. */
  rest: Traffic;
  restShare: number | null;
  /** Unix ms at which the first host was counted; null before. */
  hostsSince: number | null;
  method: HostMethod | null;
  /** Bytes that the router had no room to count since its counting started; null if unknown. */
  uncounted: Traffic | null;
  reasons: Reason[];
}

/** All gateways that have an uplink and count hosts, by name. Without evidence some reasons have no bytes. */
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

/** Subtracts at most what is left: the bytes of a reason may be more than it explains. */
const lessOf = (left: Traffic, bytes: Traffic): Traffic => ({
  download: left.download - Math.max(0, Math.min(left.download, bytes.download)),
  upload: left.upload - Math.max(0, Math.min(left.upload, bytes.upload)),
});

const shareOf = (part: Traffic, whole: Traffic): number | null => (total(whole) <= 0 ? null : total(part) / total(whole));
