import { dayText, minuteText } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { readAudit } from '../../ledger/storage/read-audit.ts';
import { reconciliationJson } from '../../views/api-v1/reconciliation.ts';
import { bytesIn, formatShare } from '../../views/format.ts';
import { gatherEvidence } from '../../views/reconciliation/evidence.ts';
import { type Reconciliation, reconciliations } from '../../views/reconciliation/reconciliation.ts';
import { extra, left, name, right } from '../common/text.ts';
import type { LedgerView, Printed } from './printed.ts';

/** Every gateway's uplinks compared with its hosts. What only a router reports (offloading, full sets) is left to doctor and the service. */
export async function printReconciliation(view: LedgerView): Promise<Printed> {
  const evidence = await gatherEvidence(view, {
    audit: (query, most) => readAudit(view.store, query, most),
  });
  const found = reconciliations(view, evidence);
  return {
    columns: [name('Gateway'), extra('Month'), left('Bytes of'), right('Download'), right('Upload'), right('Share')],
    rows: found.flatMap((gateway) => rowsOf(gateway, view)),
    summary:
      found.length === 0
        ? 'No gateway counts hosts yet: see docs/use/hosts.md'
        : 'For the reasons, see "wrtmeter doctor" or /api/v1/reconciliation of the service',
    json: reconciliationJson(found),
  };
}

function rowsOf(
  { router, month, from, wan, hosts, unattributed, share, rest, restShare }: Reconciliation,
  { timezone, units }: LedgerView,
): string[][] {
  const size = bytesIn(units);
  const row = (name: string, { download, upload }: Traffic, part: number | null = null) => [
    '',
    '',
    name,
    signed(download, size),
    signed(upload, size),
    part === null ? '' : formatShare(part),
  ];
  const [, , ...first] = row('uplinks', wan);
  return [
    [router, `${from === null ? dayText(month.start) : minuteText(from, timezone)} to ${dayText(month.end - 1)}`, ...first],
    row('hosts', hosts),
    row('unattributed', unattributed, share),
    ...(rest.download === unattributed.download && rest.upload === unattributed.upload ? [] : [row('unexplained', rest, restShare)]),
  ];
}

const signed = (bytes: number, size: (bytes: number) => string): string => (bytes < 0 ? `-${size(-bytes)}` : size(bytes));
