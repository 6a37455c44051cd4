import { isRandomized } from '../../domain/mac.ts';
import { type Account, accountKey, deviceAccount } from '../../ledger/account.ts';
import { deviceMonths, undirectedMonths } from '../rows/months.ts';
import { deviceOf, isPrivate, nameOf, userOf, type View } from '../view.ts';
import { BYTE_COUNTERS, byteFamilies } from './byte-counters.ts';
import { type Family, type FamilyMaker, gauge, samplesOf } from './family.ts';
import { labelText, lasting } from './labels.ts';

const MAC = ['mac'];
const BYTES = BYTE_COUNTERS.device.labels;
const INFO = [...BYTES, 'ip', 'user', 'randomized'];

/** Totals of every device over all access points. */
export function deviceFamilies(): FamilyMaker {
  const labelsOf = lasting(deviceLabels);
  return (view, shown) => {
    const rows = [...shown.device, ...shown.undirected].map((account) => {
      const mac = account.key;
      const hidden = isPrivate(view, mac);
      const ip = hidden ? '' : (deviceOf(view, mac)?.ip ?? '');
      const { labels, info, bare } = labelsOf(account, mac, nameOf(view, mac), ip, userOf(view, mac) ?? '');
      return { account, hidden, labels, info, bare };
    });
    return familiesOf(view, rows);
  };
}

const deviceLabels = (mac: string, name: string, ip: string, user: string) => ({
  labels: labelText(BYTES, [mac, name]),
  info: labelText(INFO, [mac, name, ip, user, String(isRandomized(mac))]),
  bare: labelText(MAC, [mac]),
});

type LabelledDevice = { account: Account; hidden: boolean } & ReturnType<typeof deviceLabels>;

function* familiesOf(view: View, all: readonly LabelledDevice[]): Generator<Family> {
  const rows = all.filter(({ account }) => account.kind === 'device');
  const others = all.filter(({ account }) => account.kind === 'undirected');
  yield* byteFamilies('device', rows);
  yield* byteFamilies('undirected', others);
  const devices = deviceMonths(
    view,
    rows.map(({ account }) => account),
  );
  const byMac = new Map(all.map(({ account, labels }) => [account.key, labels]));
  const months = [...devices].map(([mac, bytes]) => ({ labels: byMac.get(mac) ?? labelText(BYTES, [mac, nameOf(view, mac)]), bytes }));
  yield gauge(
    'device_month_download_bytes',
    'Bytes received by the device in the current billing period',
    BYTES,
    samplesOf(months, ({ bytes }) => bytes.download),
  );
  yield gauge(
    'device_month_upload_bytes',
    'Bytes sent by the device in the current billing period',
    BYTES,
    samplesOf(months, ({ bytes }) => bytes.upload),
  );
  const accounts = others.map(({ account }) => account);
  const mixed = [...undirectedMonths(accounts, (mac) => view.aliases.get(mac)?.mac ?? mac, devices)].map(([mac, used]) => ({
    mac,
    labels: byMac.get(mac) ?? labelText(BYTES, [mac, nameOf(view, mac)]),
    used,
  }));
  yield gauge(
    'device_month_undirected_bytes',
    'Bytes received and sent by the device in one figure, in the current billing period; other routers may have counted them too',
    BYTES,
    samplesOf(mixed, ({ used }) => used.undirected),
  );
  yield gauge(
    'device_month_total_bytes',
    'All bytes of the device in the current billing period, each once, if some have no direction: received, sent, and those in one figure that nothing else counted',
    BYTES,
    samplesOf(mixed, ({ used }) => used.total),
  );
  const once = others.length === 0 ? rows : [...new Map(all.map((row) => [row.account.key, row])).values()];
  // Its months are under its first MAC, also where that was never seen.
  const unseen = [...new Set([...devices.keys(), ...mixed.map(({ mac }) => mac)])].filter((mac) => !byMac.has(mac));
  const infos = [
    ...once.map(({ info }) => info),
    ...unseen.map((mac) => deviceLabels(mac, nameOf(view, mac), '', userOf(view, mac) ?? '').info),
  ];
  yield gauge('device_info', 'Information about the device; always 1', INFO, { labels: infos, values: infos.map(() => 1) });
  yield gauge(
    'device_first_seen_timestamp_seconds',
    'Unix time of the first reading that showed the device',
    MAC,
    once.map(({ account, bare }) => ({ labels: bare, value: account.firstSeen / 1000 })),
  );
  yield gauge(
    'device_last_seen_timestamp_seconds',
    'Unix time of the last reading that showed the device',
    MAC,
    once.flatMap(({ account, hidden, bare }) => (hidden ? [] : { labels: bare, value: lastSeenOf(view, account) / 1000 })),
  );
}

/** By either of its accounts. */
const lastSeenOf = ({ books }: View, { kind, key, lastSeen }: Account): number =>
  kind === 'device' ? lastSeen : Math.max(lastSeen, books.accounts.get(accountKey(deviceAccount(key)))?.lastSeen ?? 0);
