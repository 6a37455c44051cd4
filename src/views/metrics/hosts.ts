import type { Traffic } from '../../domain/traffic.ts';
import { macOf } from '../../ledger/account.ts';
import { unknownBytes } from '../rows/hosts.ts';
import { nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type LastingLabels, lastingLabels } from './family.ts';

const BYTES = ['router', 'mac', 'hostname'];

/**
 * Routed bytes of every machine behind a gateway. The bytes of addresses without a known MAC are one gauge per router, not a counter:
 * they move to the MAC once it is learned, and a counter must not fall.
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
      'Bytes forwarded by the gateway from the Internet to the device, including layer 3 headers',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.download })),
    ),
    counter(
      'host_upload_bytes_total',
      'Bytes forwarded by the gateway from the device to the Internet, including layer 3 headers',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.upload })),
    ),
    gauge(
      'host_unknown_download_bytes',
      'Bytes forwarded to addresses whose MAC is unknown; they move to the device once its MAC is known',
      ['router'],
      side('download'),
    ),
    gauge(
      'host_unknown_upload_bytes',
      'Bytes forwarded from addresses whose MAC is unknown; they move to the device once its MAC is known',
      ['router'],
      side('upload'),
    ),
  ];
}
