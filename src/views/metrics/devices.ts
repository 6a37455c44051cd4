import { isRandomized } from '../../domain/mac.ts';
import { figuresOf, type Usage } from '../../domain/traffic.ts';
import { usageOf } from '../../ledger/account.ts';
import { deviceMonths, userMonths } from '../rows/months.ts';
import { deviceOf, nameOf, shownDevices, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Labels, type LastingLabels, lastingLabels, type Sample } from './family.ts';

const BYTES = ['mac', 'hostname'];

/** Totals of every device over all access points. */
export function deviceFamilies(): FamilyMaker {
  const labels = { named: lastingLabels(), described: lastingLabels(), bare: lastingLabels() };
  return (view) => familiesOf(view, labels);
}

function familiesOf(view: View, { named, described, bare }: Record<'named' | 'described' | 'bare', LastingLabels>): Family[] {
  const accounts = shownDevices(view);
  const lastSeen = new Map<string, number>();
  for (const { key, lastSeen: seen } of accounts) lastSeen.set(key, Math.max(lastSeen.get(key) ?? 0, seen));
  const rows = accounts.map((account) => ({
    account,
    used: usageOf(account.kind, account.total),
    labels: named(account, { mac: account.key, hostname: nameOf(view, account.key) }),
  }));
  const samples = (value: (used: Usage) => number | null): Sample[] => rows.flatMap(({ used, labels }) => sampleOf(labels, value(used)));
  const devices = deviceMonths(view, accounts);
  const byMac = new Map(rows.map((row) => [row.account.key, row]));
  const months = [...devices].map(([mac, used]) => ({ labels: byMac.get(mac)?.labels ?? { mac, hostname: nameOf(view, mac) }, used }));
  const users = [...userMonths(view, devices)].map(([user, used]) => ({ labels: { user }, used }));
  const once = [...byMac.values()];
  return [
    counter(
      'device_download_bytes_total',
      'Bytes received by the device: from the Internet if the gateway counts hosts, otherwise over all access points',
      BYTES,
      samples(({ directed }) => directed?.download ?? null),
    ),
    counter(
      'device_upload_bytes_total',
      'Bytes sent by the device: to the Internet if the gateway counts hosts, otherwise over all access points',
      BYTES,
      samples(({ directed }) => directed?.upload ?? null),
    ),
    counter(
      'device_undirected_bytes_total',
      'Bytes received and sent by the device in one figure, from routers that do not tell the two apart; other routers may have counted them too',
      BYTES,
      samples(({ undirected }) => undirected),
    ),
    gauge('device_month_download_bytes', 'Bytes received by the device in the current billing period', BYTES, part(months, 'download')),
    gauge('device_month_upload_bytes', 'Bytes sent by the device in the current billing period', BYTES, part(months, 'upload')),
    gauge(
      'device_month_undirected_bytes',
      'Bytes received and sent by the device in one figure, in the current billing period; other routers may have counted them too',
      BYTES,
      part(months, 'undirected'),
    ),
    gauge(
      'device_month_total_bytes',
      'All bytes of the device in the current billing period, each once: received, sent, and those in one figure that nothing else counted',
      BYTES,
      part(months, 'total'),
    ),
    gauge(
      'device_info',
      'Information about the device; always 1',
      [...BYTES, 'ip', 'user', 'randomized'],
      once.map(({ account, labels }) => ({ sharedLabels: described(account, infoLabels(view, labels)), value: 1 })),
    ),
    gauge(
      'device_last_seen_timestamp_seconds',
      'Unix time of the last reading that showed the device',
      ['mac'],
      once.map(({ account }) => ({
        sharedLabels: bare(account, { mac: account.key }),
        value: (lastSeen.get(account.key) ?? account.lastSeen) / 1000,
      })),
    ),
    gauge(
      'user_month_download_bytes',
      "Bytes received by the user's devices in the current billing period",
      ['user'],
      part(users, 'download'),
    ),
    gauge('user_month_upload_bytes', "Bytes sent by the user's devices in the current billing period", ['user'], part(users, 'upload')),
    gauge(
      'user_month_undirected_bytes',
      "Bytes received and sent by the user's devices in one figure, in the current billing period",
      ['user'],
      part(users, 'undirected'),
    ),
    gauge(
      'user_month_total_bytes',
      "All bytes of the user's devices in the current billing period, each once",
      ['user'],
      part(users, 'total'),
    ),
  ];
}

const sampleOf = (labels: Labels, value: number | null): Sample[] => (value === null ? [] : [{ sharedLabels: labels, value }]);

const part = (sums: readonly { labels: Labels; used: Usage }[], name: 'download' | 'upload' | 'undirected' | 'total'): Sample[] =>
  sums.flatMap(({ labels, used }) => sampleOf(labels, figuresOf(used)[name]));

function infoLabels(view: View, { mac, hostname }: { mac: string; hostname: string }): Labels {
  const user = view.aliases.get(mac)?.user ?? '';
  return { mac, hostname, ip: deviceOf(view, mac)?.ip ?? '', user, randomized: String(isRandomized(mac)) };
}
