import type { Traffic } from '../../domain/traffic.ts';
import { macOf } from '../../ledger/account.ts';
import { unknownBytes } from '../rows/hosts.ts';
import { nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Sample } from './family.ts';
import { type LastingLabels, labelText, lastingLabels } from './labels.ts';

const ROUTER = ['router'];
const BYTES = ['router', 'mac', 'hostname'];

/**
 * Routed bytes of every machine behind a gateway. The bytes of addresses without a known MAC are one gauge per router, not a counter:
 * they move to the MAC once it is learned, and a counter must not fall.
 */
export function hostFamilies(): FamilyMaker {
  const named = lastingLabels(BYTES);
  return (view) => familiesOf(view, named);
}

function* familiesOf(view: View, named: LastingLabels): Generator<Family> {
  const accounts = shownAccounts(view, 'host');
  const rows = accounts
    .filter((account) => macOf(account) !== null)
    .map((account) => ({ account, labels: named(account, account.router, account.key, nameOf(view, account.key)) }));
  const totals = (direction: keyof Traffic): Sample[] => rows.map(({ account, labels }) => ({ labels, value: account.total[direction] }));
  yield counter(
    'host_download_bytes_total',
    'Bytes forwarded by the gateway from the Internet to the device, including layer 3 headers',
    BYTES,
    totals('download'),
  );
  yield counter(
    'host_upload_bytes_total',
    'Bytes forwarded by the gateway from the device to the Internet, including layer 3 headers',
    BYTES,
    totals('upload'),
  );
  const unknown = unknownBytes(accounts);
  const side = (direction: keyof Traffic): Sample[] =>
    [...unknown].map(([router, bytes]) => ({ labels: labelText(ROUTER, [router]), value: bytes[direction] }));
  yield gauge(
    'host_unknown_download_bytes',
    'Bytes forwarded to addresses whose MAC is unknown; they move to the device once its MAC is known',
    ROUTER,
    side('download'),
  );
  yield gauge(
    'host_unknown_upload_bytes',
    'Bytes forwarded from addresses whose MAC is unknown; they move to the device once its MAC is known',
    ROUTER,
    side('upload'),
  );
}
