import { isRandomized } from '../../domain/mac.ts';
import type { Traffic } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import { deviceOf, nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, gauge, type Labels, lastingLabels, type Sample } from './family.ts';

const BYTES = ['mac', 'hostname'];

const named = lastingLabels();
const described = lastingLabels();
const bare = lastingLabels();

/** Totals of every device over all access points. */
export function deviceFamilies(view: View): Family[] {
  const rows = shownAccounts(view, 'device').map((account) => ({
    account,
    labels: named(account, { mac: account.key, hostname: nameOf(view, account.key) }),
  }));
  const samples = (value: (account: Account) => number): Sample[] =>
    rows.map(({ account, labels }) => ({ sharedLabels: labels, value: value(account) }));
  const months = monthsOf(view, rows);
  const users = usersOf(view, months);
  return [
    counter(
      'device_download_bytes_total',
      'Bytes that the device has received: from the Internet where the gateway counts hosts, else over all access points',
      BYTES,
      samples((a) => a.total.download),
    ),
    counter(
      'device_upload_bytes_total',
      'Bytes that the device has sent: to the Internet where the gateway counts hosts, else over all access points',
      BYTES,
      samples((a) => a.total.upload),
    ),
    gauge(
      'device_month_download_bytes',
      'Bytes that the device has received in the running billing period',
      BYTES,
      side(months, 'download'),
    ),
    gauge('device_month_upload_bytes', 'Bytes that the device has sent in the running billing period', BYTES, side(months, 'upload')),
    gauge(
      'device_info',
      'What is known of the device; always 1',
      [...BYTES, 'ip', 'user', 'randomized'],
      rows.map(({ account, labels }) => info(view, account, labels)),
    ),
    gauge(
      'device_last_seen_timestamp_seconds',
      'When a reading last showed the device, Unix time',
      ['mac'],
      rows.map(({ account }) => ({ sharedLabels: bare(account, { mac: account.key }), value: account.lastSeen / 1000 })),
    ),
    gauge(
      'user_month_download_bytes',
      "Bytes that the user's devices have received in the running billing period",
      ['user'],
      side(users, 'download'),
    ),
    gauge(
      'user_month_upload_bytes',
      "Bytes that the user's devices have sent in the running billing period",
      ['user'],
      side(users, 'upload'),
    ),
  ];
}

interface Row {
  account: Account;
  labels: { mac: string; hostname: string };
}

interface Sum {
  labels: Labels;
  traffic: Traffic;
}

/** A device configured with several MACs is one here, under its first. */
function monthsOf(view: View, rows: readonly Row[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { account, labels } of rows) {
    const first = view.aliases.get(account.key)?.mac ?? account.key;
    add(sums, first, account.month, first === account.key ? labels : { mac: first, hostname: labels.hostname });
  }
  return [...sums.values()];
}

function usersOf(view: View, months: readonly Sum[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { labels, traffic } of months) {
    const user = view.aliases.get(labels.mac ?? '')?.user;
    if (user) add(sums, user, traffic, { user });
  }
  return [...sums.values()];
}

function add(sums: Map<string, Sum>, key: string, traffic: Traffic, labels: Labels): void {
  const sum = sums.get(key);
  if (sum === undefined) sums.set(key, { labels, traffic: { ...traffic } });
  else {
    sum.traffic.download += traffic.download;
    sum.traffic.upload += traffic.upload;
  }
}

const side = (sums: readonly Sum[], direction: keyof Traffic): Sample[] =>
  sums.map(({ labels, traffic }) => ({ sharedLabels: labels, value: traffic[direction] }));

function info(view: View, account: Account, labels: Row['labels']): Sample {
  const { mac, hostname } = labels;
  const user = view.aliases.get(mac)?.user ?? '';
  return {
    sharedLabels: described(account, { mac, hostname, ip: deviceOf(view, mac)?.ip ?? '', user, randomized: String(isRandomized(mac)) }),
    value: 1,
  };
}
