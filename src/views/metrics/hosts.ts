import type { Account } from '../../ledger/account.ts';
import { unknownBytes } from '../rows/hosts.ts';
import type { View } from '../view.ts';
import { BYTE_COUNTERS, byteFamilies, labelledAccounts } from './byte-counters.ts';
import { type Family, type FamilyMaker, gauge, samplesOf } from './family.ts';
import { type LastingLabels, labelText, lastingLabels } from './labels.ts';

const ROUTER = ['router'];

/**
 * Routed bytes of every machine behind a gateway. The bytes of addresses without a known MAC are one gauge per router, not a counter:
 * they move to the MAC once it is learned, and a counter must not fall.
 */
export function hostFamilies(): FamilyMaker {
  const named = lastingLabels(BYTE_COUNTERS.host.labels);
  return (view, shown) => familiesOf(view, shown.host, named);
}

function* familiesOf(view: View, accounts: readonly Account[], named: LastingLabels): Generator<Family> {
  yield* byteFamilies('host', labelledAccounts('host', view, accounts, named));
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
