import type { SourceName } from '../../domain/observation.ts';
import { isCurrent, type RouterStatus, type SourceStatus } from '../../domain/status.ts';
import { FAILURE_REASONS, type FailureReason } from '../../errors.ts';
import { readerKey, type SourceCounts } from '../../ledger/books.ts';
import type { View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type LastingLabels, lastingLabels, type Sample } from './family.ts';

const SOURCE = ['router', 'source'];
/** The sources that have counters. */
const COUNTING = ['stations', 'wan', 'hosts', 'peers'] as const satisfies readonly SourceName[];

/** Results of the readings, and what the routers report about themselves. */
export function routerFamilies(): FamilyMaker {
  const labels = {
    ofSource: lastingLabels(),
    ofLease: lastingLabels(),
    ofReason: new Map(FAILURE_REASONS.map((reason) => [reason, lastingLabels()])),
  };
  return (view) => familiesOf(view, labels);
}

interface LabelSets {
  ofSource: LastingLabels;
  ofLease: LastingLabels;
  ofReason: ReadonlyMap<FailureReason, LastingLabels>;
}

function familiesOf(view: View, { ofSource, ofLease, ofReason }: LabelSets): Family[] {
  const sources = view.routers.flatMap(({ name, sources }) =>
    [...sources.values()].map((status) => ({ labels: ofSource(status, { router: name, source: status.source }), status })),
  );
  const perSource = (value: (status: SourceStatus) => number | null): Sample[] =>
    sources.flatMap(({ labels, status }) => {
      const number = value(status);
      return number === null ? [] : [{ sharedLabels: labels, value: number }];
    });
  const systemSamples = (value: (system: NonNullable<RouterStatus['system']>) => number): Sample[] =>
    view.routers.flatMap(({ name, system }) => (system === null ? [] : [{ sharedLabels: { router: name }, value: value(system) }]));
  // Counts live as long as the program, though the router may no longer have the source.
  const gone = view.routers.flatMap(({ name, sources: present }) =>
    COUNTING.flatMap((source) => {
      const counts = present.has(source) ? undefined : view.ledger.counts.get(readerKey(name, source));
      return counts === undefined ? [] : [{ labels: ofSource(counts, { router: name, source }) }];
    }),
  );
  const counting = [...sources.filter(({ labels }) => COUNTING.some((source) => source === labels.source)), ...gone];
  const counted = (of: keyof SourceCounts): Sample[] =>
    counting.map(({ labels }) => ({
      sharedLabels: labels,
      value: view.ledger.counts.get(readerKey(labels.router, labels.source))?.[of] ?? 0,
    }));
  return [
    gauge(
      'router_up',
      'Whether at least one source of the router was read in the last round',
      ['router'],
      view.routers.map(({ name, up }) => ({ sharedLabels: { router: name }, value: up ? 1 : 0 })),
    ),
    gauge(
      'router_info',
      'Model and release of the router; always 1',
      ['router', 'model', 'release'],
      view.routers.flatMap(({ name, system }) =>
        system === null ? [] : [{ sharedLabels: { router: name, model: system.model, release: system.release }, value: 1 }],
      ),
    ),
    gauge(
      'router_boot_time_seconds',
      "Unix time at which the router booted, by the router's own clock",
      ['router'],
      systemSamples((s) => Math.round(s.time - s.uptime)),
    ),
    gauge(
      'router_flow_offload',
      'Whether flow offloading is enabled in the firewall (1) or not (0); offloaded traffic bypasses its counters',
      ['router', 'kind'],
      offload(view),
    ),
    gauge(
      'source_success',
      'Whether the last reading of the source succeeded, at most 15 minutes ago',
      SOURCE,
      perSource((s) => (isCurrent(s, view.now) ? 1 : 0)),
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
      [...SOURCE, 'reason'],
      sources.flatMap(({ labels, status }) =>
        [...status.errors].map(([reason, value]) => ({
          sharedLabels: ofReason.get(reason)?.(status, { ...labels, reason }) ?? { ...labels, reason },
          value,
        })),
      ),
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
    gauge('dhcp_leases', 'DHCP leases that the router listed in the last round', ['router'], leases(view)),
    gauge(
      'dhcp_lease_expiry_timestamp_seconds',
      'Unix time at which the DHCP lease of the MAC expires; left out if it never expires',
      ['router', 'mac'],
      [...view.books.leases.values()]
        .filter((l) => l.lastRead === null && l.expiry > 0)
        .map((l) => ({ sharedLabels: ofLease(l, { router: l.router, mac: l.mac }), value: l.expiry })),
    ),
  ];
}

function offload(view: View): Sample[] {
  return view.routers.flatMap(({ name, system }) =>
    system === null
      ? []
      : (['software', 'hardware'] as const).map((kind) => ({
          sharedLabels: { router: name, kind },
          value: system.flowOffload[kind] ? 1 : 0,
        })),
  );
}

function leases(view: View): Sample[] {
  return view.routers.flatMap(({ name, sources }) => {
    const observation = sources.get('leases')?.observation;
    return observation?.source === 'leases'
      ? [{ sharedLabels: { router: name }, value: observation.leases.length + observation.leases6.length }]
      : [];
  });
}
