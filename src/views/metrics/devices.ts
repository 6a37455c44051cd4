import { isRandomized } from '../../domain/mac.ts';
import type { Account } from '../../ledger/account.ts';
import { deviceMonths } from '../rows/months.ts';
import { deviceOf, isPrivate, nameOf, userOf, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, samplesOf } from './family.ts';
import { labelText, lasting } from './labels.ts';

const MAC = ['mac'];
const BYTES = ['mac', 'hostname'];
const INFO = [...BYTES, 'ip', 'user', 'randomized'];

/** Totals of every device over all access points. */
export function deviceFamilies(): FamilyMaker {
  const labelsOf = lasting(deviceLabels);
  return (view, shown) => {
    const rows = shown.device.map((account) => {
      const mac = account.key;
      const hidden = isPrivate(view, mac);
      const ip = hidden ? '' : (deviceOf(view, mac)?.ip ?? '');
      return { account, hidden, ...labelsOf(account, mac, nameOf(view, mac), ip, userOf(view, mac) ?? '') };
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

function* familiesOf(view: View, rows: readonly LabelledDevice[]): Generator<Family> {
  yield counter(
    'device_download_bytes_total',
    'Bytes received by the device: from the Internet if the gateway counts hosts, otherwise over all access points',
    BYTES,
    samplesOf(rows, ({ account }) => account.total.download),
  );
  yield counter(
    'device_upload_bytes_total',
    'Bytes sent by the device: to the Internet if the gateway counts hosts, otherwise over all access points',
    BYTES,
    samplesOf(rows, ({ account }) => account.total.upload),
  );
  const devices = deviceMonths(
    view,
    rows.map(({ account }) => account),
  );
  const byMac = new Map(rows.map(({ account, labels }) => [account.key, labels]));
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
  yield gauge(
    'device_info',
    'Information about the device; always 1',
    INFO,
    rows.map(({ info }) => ({ labels: info, value: 1 })),
  );
  yield gauge(
    'device_first_seen_timestamp_seconds',
    'Unix time of the first reading that showed the device',
    MAC,
    rows.map(({ account, bare }) => ({ labels: bare, value: account.firstSeen / 1000 })),
  );
  yield gauge(
    'device_last_seen_timestamp_seconds',
    'Unix time of the last reading that showed the device',
    MAC,
    rows.flatMap(({ account, hidden, bare }) => (hidden ? [] : { labels: bare, value: account.lastSeen / 1000 })),
  );
}
