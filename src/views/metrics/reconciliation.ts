import type { Traffic } from '../../domain/traffic.ts';
import { type Reconciliation, reconciliations } from '../reconciliation/reconciliation.ts';
import type { AccountsByKind, View } from '../view.ts';
import { type Family, gauge, type Samples, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

const ROUTER = ['router'];

/** What a gateway's uplinks carried that no host accounts for. */
export function reconciliationFamilies(view: View, { wan }: AccountsByKind): Family[] {
  const shown = new Set(wan.map(({ router }) => router));
  const gateways = reconciliations(view)
    .filter(({ router }) => shown.has(router))
    .map((gateway) => ({ gateway, labels: labelText(ROUTER, [gateway.router]) }));
  const side = (bytes: (gateway: Reconciliation) => Traffic | null, direction: keyof Traffic): Samples =>
    samplesOf(gateways, ({ gateway }) => bytes(gateway)?.[direction] ?? null);
  return [
    gauge(
      'router_hosts_month_download_bytes',
      'Bytes forwarded to all hosts of the gateway in the current billing period of its uplink, while both were counted; includes hosts without a known MAC',
      ROUTER,
      side((g) => g.hosts, 'download'),
    ),
    gauge(
      'router_hosts_month_upload_bytes',
      'Bytes forwarded from all hosts of the gateway in the current billing period of its uplink, while both were counted; includes hosts without a known MAC',
      ROUTER,
      side((g) => g.hosts, 'upload'),
    ),
    gauge(
      'router_unattributed_month_download_bytes',
      'Bytes received by the uplinks in their current billing period, while hosts were counted, that no host accounts for; negative if the hosts have more',
      ROUTER,
      side((g) => g.unattributed, 'download'),
    ),
    gauge(
      'router_unattributed_month_upload_bytes',
      'Bytes sent by the uplinks in their current billing period, while hosts were counted, that no host accounts for; negative if the hosts have more',
      ROUTER,
      side((g) => g.unattributed, 'upload'),
    ),
    gauge(
      'router_uncounted_download_bytes',
      'Bytes to addresses that the router had no room or no rule for since its counting started; restarts when the counting restarts',
      ROUTER,
      side((g) => g.uncounted, 'download'),
    ),
    gauge(
      'router_uncounted_upload_bytes',
      'Bytes from addresses that the router had no room or no rule for since its counting started; restarts when the counting restarts',
      ROUTER,
      side((g) => g.uncounted, 'upload'),
    ),
    gauge(
      'router_hosts_start_timestamp_seconds',
      'Unix time at which the first host of the gateway was counted',
      ROUTER,
      samplesOf(gateways, ({ gateway: { hostsSince } }) => (hostsSince === null ? null : hostsSince / 1000)),
    ),
  ];
}
