import type { Traffic } from '../../domain/traffic.ts';
import { macOf } from '../../ledger/account.ts';
import { unknownBytes } from '../rows/hosts.ts';
import { nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type LastingLabels, lastingLabels } from './family.ts';

const BYTES = ['router', 'mac', 'hostname'];

/**
 * Routed bytes of every machine behind a gateway. Those of addresses whose MAC is not known are one gauge a router and no counter: they
 * go over to the MAC when it is learned, and a counter must not fall.
 */
export function hostFamilies(): FamilyMaker {
  const named = lastingLabels();
  return (view) => familiesOf(view, named);
}

function familiesOf(view: View, named: LastingLabels): Family[] {
  const accounts = shownAccounts(view, 'host');
  const rows = accounts
    .filter((account) => macOf(account) !== null)
    .map((account) => ({
      account,
      sharedLabels: named(account, { router: account.router, mac: account.key, hostname: nameOf(view, account.key) }),
    }));
  const unknown = unknownBytes(accounts);
  const side = (direction: keyof Traffic) => [...unknown].map(([router, bytes]) => ({ sharedLabels: { router }, value: bytes[direction] }));
  return [
    counter(
      'host_download_bytes_total',
      'Bytes that the gateway has forwarded to the device from the Internet, headers of layer 3 included',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.download })),
    ),
    counter(
      'host_upload_bytes_total',
      'Bytes that the gateway has forwarded from the device to the Internet, headers of layer 3 included',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.upload })),
    ),
    gauge(
      'host_unknown_download_bytes',
      'Bytes forwarded to addresses whose MAC is not known; they go over to the device when it is',
      ['router'],
      side('download'),
    ),
    gauge(
      'host_unknown_upload_bytes',
      'Bytes forwarded from addresses whose MAC is not known; they go over to the device when it is',
      ['router'],
      side('upload'),
    ),
  ];
}
