import { type Month, startOfDay } from '../../domain/calendar.ts';
import type { HostMethod } from '../../domain/observation.ts';
import { excess, minus, NOTHING, type Traffic, total } from '../../domain/traffic.ts';
import { macOf } from '../../ledger/account.ts';
import { readerKey } from '../../ledger/books.ts';
import { earliest } from '../../ledger/usage/compared.ts';
import { monthFor } from '../../ledger/usage/months.ts';
import { bytesIn } from '../format.ts';
import type { Evidence } from './evidence.ts';
import { type Gateway, gateways, type ReconciliationView } from './gateways.ts';
import { type GatewayFacts, monthSum, type Reason, reasonsOf } from './reasons.ts';

/**
 * A gateway's uplinks compared with its hosts, for the current billing period of its uplinks, and of that only the time in which both were
 * counted.
 */
export interface Reconciliation {
  router: string;
  month: Month;
  /** Unix ms from which both sides are compared; null if that is the whole month. */
  from: number | null;
  /** Bytes of its uplinks, without overlays. */
  wan: Traffic;
  /** Bytes of its hosts, including those without a known MAC. */
  hosts: Traffic;
  /** The part of `hosts` that belongs to addresses without a known MAC. */
  unknown: Traffic;
  /** Uplinks minus hosts; negative if the hosts have more. */
  unattributed: Traffic;
  /** Both directions, as a fraction of the side that has more; negative if those are the hosts. Null if nothing was counted. */
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
  const { router, uplinks, hosts: accounts, peers } = gateway;
  const month = monthFor(view.months, { kind: 'wan', router });
  const samePeriod = month.start === view.months.home.start && month.end === view.months.home.end;
  const compared = view.months.compared.get(router);
  const { uplinks: wanBefore, hosts: hostsBefore, peers: peersBefore } = compared?.before ?? NOTHING_BEFORE;
  // The bytes of an address may since have become those of a MAC, so no less than 0.
  const wan = excess(monthSum(uplinks), wanBefore);
  const hosts = excess(monthSum(accounts), hostsBefore);
  const unknown = monthSum(accounts.filter((account) => macOf(account) === null));
  const unattributed = minus(wan, hosts);
  const status = view.routers.find(({ name }) => name === router);
  const observation = status?.sources.get('hosts')?.observation;
  const observed = observation?.source === 'hosts' ? observation : null;
  const facts: GatewayFacts = {
    ...gateway,
    unattributed,
    inTunnels: samePeriod ? excess(monthSum(peers), peersBefore) : monthSum(peers),
    before: wanBefore,
    hostsSince: earliest(accounts),
    wanSince: earliest(uplinks),
    monthStart: startOfDay(month.start, view.timezone),
    timezone: view.timezone,
    size: bytesIn(view.units),
    samePeriod,
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
  const unexplained = reasons.reduce((left, { bytes, known }) => (known && bytes !== null ? lessOf(left, bytes) : left), unattributed);
  return {
    router,
    month,
    from: compared?.from ?? null,
    wan,
    hosts,
    unknown: { download: Math.min(unknown.download, hosts.download), upload: Math.min(unknown.upload, hosts.upload) },
    unattributed,
    share: shareOf(unattributed, wan, hosts),
    rest: unexplained,
    restShare: shareOf(unexplained, wan, hosts),
    hostsSince: facts.hostsSince,
    method: facts.method,
    uncounted: facts.uncounted,
    reasons,
  };
}

/** Subtracts at most what is left: the bytes of a reason may be more than it explains. */
const lessOf = (left: Traffic, bytes: Traffic): Traffic => ({
  download: left.download - Math.max(0, Math.min(left.download, bytes.download)),
  upload: left.upload - Math.max(0, Math.min(left.upload, bytes.upload)),
});

const NOTHING_BEFORE = { uplinks: NOTHING, hosts: NOTHING, peers: NOTHING };

/** Of the larger side, so that no share is above 1 or below -1. */
function shareOf(part: Traffic, wan: Traffic, hosts: Traffic): number | null {
  const whole = Math.max(total(wan), total(hosts));
  return whole === 0 ? null : total(part) / whole;
}
