import type { SourceName } from '../../domain/observation.ts';
import { isCurrent, isUp, type SourceStatus } from '../../domain/status.ts';
import { FAILURE_REASONS } from '../../errors.ts';
import { readerKey, type SourceCounts } from '../../ledger/books.ts';
import { isPrivate, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Sample, type Samples, samplesOf } from './family.ts';
import { type LastingLabels, labelText, lasting, lastingLabels } from './labels.ts';

const ROUTER = ['router'];
const INFO = ['router', 'model', 'release'];
const OFFLOAD = ['router', 'kind'];
const SOURCE = ['router', 'source'];
const ERRORS = [...SOURCE, 'reason'];
const LEASE = ['router', 'mac'];
/** The sources that have counters. */
const COUNTING = ['stations', 'wan', 'hosts', 'peers'] as const satisfies readonly SourceName[];

/** Results of the readings, and what the routers report about themselves. */
export function routerFamilies(): FamilyMaker {
  const ofSource = lasting(sourceLabels);
  const ofLease = lastingLabels(LEASE);
  return (view) => familiesOf(view, ofSource, ofLease);
}

const sourceLabels = (router: string, source: string) => ({
  labels: labelText(SOURCE, [router, source]),
  errors: FAILURE_REASONS.map((reason) => ({ reason, labels: labelText(ERRORS, [router, source, reason]) })),
});

type SourceLabels = (owner: SourceStatus, router: string, source: string) => ReturnType<typeof sourceLabels>;

function familiesOf(view: View, ofSource: SourceLabels, ofLease: LastingLabels): Family[] {
  const sources = view.routers.flatMap(({ name: router, sources }) =>
    [...sources.values()].map((status) => ({ router, source: status.source, status, ...ofSource(status, router, status.source) })),
  );
  const perSource = (value: (status: SourceStatus) => number | null): Samples => samplesOf(sources, ({ status }) => value(status));
  // Counts live as long as the program, though the router may no longer have the source.
  const gone = view.routers.flatMap(({ name, sources: present }) =>
    COUNTING.filter((source) => !present.has(source) && view.ledger.counts.has(readerKey(name, source))).map((source) => ({
      router: name,
      source,
      labels: labelText(SOURCE, [name, source]),
    })),
  );
  const counting = [...sources.filter(({ source }) => COUNTING.some((name) => name === source)), ...gone];
  const counted = (of: keyof SourceCounts): Samples =>
    samplesOf(counting, ({ router, source }) => view.ledger.counts.get(readerKey(router, source))?.[of] ?? 0);
  return [
    gauge(
      'router_up',
      'Whether at least one source of the router was read in the last round, at most 15 minutes ago',
      ROUTER,
      view.routers.map((router) => ({ labels: labelText(ROUTER, [router.name]), value: isUp(router, view.wallClock) ? 1 : 0 })),
    ),
    gauge(
      'router_info',
      'Model and release of the router; always 1',
      INFO,
      view.routers.flatMap(({ name, system }) =>
        system === null ? [] : [{ labels: labelText(INFO, [name, system.model, system.release]), value: 1 }],
      ),
    ),
    gauge(
      'router_boot_time_seconds',
      "Unix time at which the router booted, by the router's own clock",
      ROUTER,
      view.routers.flatMap(({ name, system }) =>
        system === null ? [] : [{ labels: labelText(ROUTER, [name]), value: Math.round(system.time - system.uptime) }],
      ),
    ),
    gauge(
      'router_flow_offload',
      'Whether flow offloading is enabled in the firewall (1) or not (0); offloaded traffic bypasses its counters',
      OFFLOAD,
      offload(view),
    ),
    gauge(
      'source_success',
      'Whether the last reading of the source succeeded, at most 15 minutes ago',
      SOURCE,
      perSource((s) => (isCurrent(s, view.wallClock) ? 1 : 0)),
    ),
    gauge(
      'source_duration_seconds',
      'Duration of the last reading of the source',
      SOURCE,
      perSource((s) => (s.lastTried === null ? null : s.duration)),
    ),
    gauge(
      'source_last_success_timestamp_seconds',
      'Unix time of the last successful reading of the source',
      SOURCE,
      perSource((s) => (s.lastSuccess === null ? null : s.lastSuccess / 1000)),
    ),
    gauge(
      'source_skipped_lines',
      'Lines of the last answer that could not be parsed and were skipped',
      SOURCE,
      perSource((s) => (s.success ? s.skipped : null)),
    ),
    counter(
      'source_errors_total',
      'Failed readings of the source since the program started, by reason',
      ERRORS,
      sources.flatMap(({ status, errors }) => errors.map(({ reason, labels }) => ({ labels, value: status.errors.get(reason) ?? 0 }))),
    ),
    counter('ledger_resets_total', 'Counter resets found since the program started', SOURCE, counted('resets')),
    counter(
      'ledger_rejected_bytes_total',
      'Bytes rejected since the program started, because no line could have carried them',
      SOURCE,
      counted('rejectedBytes'),
    ),
    counter(
      'ledger_left_out_readings_total',
      'Readings of new devices left out for lack of room since the program started',
      SOURCE,
      counted('leftOut'),
    ),
    gauge('dhcp_leases', 'DHCP leases that the router listed in the last round', ROUTER, leases(view)),
    gauge(
      'dhcp_lease_expiry_timestamp_seconds',
      'Unix time at which the DHCP lease of the MAC expires; left out if it never expires',
      LEASE,
      [...view.books.leases.values()]
        .filter((l) => l.lastRead === null && l.expiry > 0 && !isPrivate(view, l.mac))
        .map((l) => ({ labels: ofLease(l, l.router, l.mac), value: l.expiry })),
    ),
  ];
}

function offload(view: View): Sample[] {
  return view.routers.flatMap(({ name, system }) => {
    const found = system?.flowOffload ?? null;
    if (found === null) return [];
    return (['software', 'hardware'] as const).map((kind) => ({ labels: labelText(OFFLOAD, [name, kind]), value: found[kind] ? 1 : 0 }));
  });
}

function leases(view: View): Sample[] {
  return view.routers.flatMap(({ name, sources }) => {
    const observation = sources.get('leases')?.observation;
    return observation?.source === 'leases'
      ? [{ labels: labelText(ROUTER, [name]), value: observation.leases.length + observation.leases6.length }]
      : [];
  });
}
