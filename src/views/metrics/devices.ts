import { isRandomized } from '../../domain/mac.ts';
import type { Traffic } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import { deviceMonths, userMonths } from '../rows/months.ts';
import { deviceOf, nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Labels, type LastingLabels, lastingLabels, type Sample } from './family.ts';

const BYTES = ['mac', 'hostname'];

/** Totals of every device over all access points. */
export function deviceFamilies(): FamilyMaker {
  const labels = { named: lastingLabels(), described: lastingLabels(), bare: lastingLabels() };
  return (view) => familiesOf(view, labels);
}

function familiesOf(view: View, { named, described, bare }: Record<'named' | 'described' | 'bare', LastingLabels>): Family[] {
  const accounts = shownAccounts(view, 'device');
  const rows = accounts.map((account) => ({
    account,
    labels: named(account, { mac: account.key, hostname: nameOf(view, account.key) }),
  }));
  const samples = (value: (account: Account) => number): Sample[] =>
    rows.map(({ account, labels }) => ({ sharedLabels: labels, value: value(account) }));
  const devices = deviceMonths(view, accounts);
  const byMac = new Map(rows.map(({ labels }) => [labels.mac, labels]));
  const months = [...devices].map(([mac, bytes]) => ({ labels: byMac.get(mac) ?? { mac, hostname: nameOf(view, mac) }, bytes }));
  const users = [...userMonths(view, devices)].map(([user, bytes]) => ({ labels: { user }, bytes }));
  return [
    counter(
      'device_download_bytes_total',
      'Bytes received by the device: from the Internet if the gateway counts hosts, otherwise over all access points',
      BYTES,
      samples((a) => a.total.download),
    ),
    counter(
      'device_upload_bytes_total',
      'Bytes sent by the device: to the Internet if the gateway counts hosts, otherwise over all access points',
      BYTES,
      samples((a) => a.total.upload),
    ),
    gauge('device_month_download_bytes', 'Bytes received by the device in the current billing period', BYTES, side(months, 'download')),
    gauge('device_month_upload_bytes', 'Bytes sent by the device in the current billing period', BYTES, side(months, 'upload')),
    gauge(
      'device_info',
      'Information about the device; always 1',
      [...BYTES, 'ip', 'user', 'randomized'],
      rows.map(({ account, labels }) => ({ sharedLabels: described(account, infoLabels(view, labels)), value: 1 })),
    ),
    gauge(
      'device_last_seen_timestamp_seconds',
      'Unix time of the last reading that showed the device',
      ['mac'],
      rows.map(({ account }) => ({ sharedLabels: bare(account, { mac: account.key }), value: account.lastSeen / 1000 })),
    ),
    gauge(
      'user_month_download_bytes',
      "Bytes received by the user's devices in the current billing period",
      ['user'],
      side(users, 'download'),
    ),
    gauge('user_month_upload_bytes', "Bytes sent by the user's devices in the current billing period", ['user'], side(users, 'upload')),
  ];
}

const side = (sums: readonly { labels: Labels; bytes: Traffic }[], direction: keyof Traffic): Sample[] =>
  sums.map(({ labels, bytes }) => ({ sharedLabels: labels, value: bytes[direction] }));

function infoLabels(view: View, { mac, hostname }: { mac: string; hostname: string }): Labels {
  const user = view.aliases.get(mac)?.user ?? '';
  return { mac, hostname, ip: deviceOf(view, mac)?.ip ?? '', user, randomized: String(isRandomized(mac)) };
}
