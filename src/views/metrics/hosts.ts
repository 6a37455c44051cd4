import { type Account, macOf } from '../../ledger/account.ts';
import { unknownBytes } from '../rows/hosts.ts';
import { nameOf, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, samplesOf } from './family.ts';
import { type LastingLabels, labelText, lastingLabels } from './labels.ts';

const ROUTER = ['router'];
const BYTES = ['router', 'mac', 'hostname'];

/**
 * Routed bytes of every machine behind a gateway. The bytes of addresses without a known MAC are one gauge per router, not a counter:
 * they move to the MAC once it is learned, and a counter must not fall.
 */
export function hostFamilies(): FamilyMaker {
  const named = lastingLabels(BYTES);
  return (view, shown) => familiesOf(view, shown.host, named);
}

function* familiesOf(view: View, accounts: readonly Account[], named: LastingLabels): Generator<Family> {
  const rows = accounts
    .filter((account) => macOf(account) !== null)
    .map((account) => ({ account, labels: named(account, account.router, account.key, nameOf(view, account.key)) }));
  yield counter(
    'host_download_bytes_total',
    'Bytes forwarded by the gateway from the Internet to the device, including layer 3 headers',
    BYTES,
    samplesOf(rows, ({ account }) => account.total.download),
  );
  yield counter(
    'host_upload_bytes_total',
    'Bytes forwarded by the gateway from the device to the Internet, including layer 3 headers',
    BYTES,
    samplesOf(rows, ({ account }) => account.total.upload),
  );
  const unknown = [...unknownBytes(accounts)].map(([router, bytes]) => ({ labels: labelText(ROUTER, [router]), bytes }));
  yield gauge(
    'host_unknown_download_bytes',
    'Bytes forwarded to addresses whose MAC is unknown; they move to the device once its MAC is known',
    ROUTER,
    samplesOf(unknown, ({ bytes }) => bytes.download),
  );
  yield gauge(
    'host_unknown_upload_bytes',
    'Bytes forwarded from addresses whose MAC is unknown; they move to the device once its MAC is known',
    ROUTER,
    samplesOf(unknown, ({ bytes }) => bytes.upload),
  );
}
