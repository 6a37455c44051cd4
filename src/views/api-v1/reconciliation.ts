import { instantText } from '../../domain/calendar.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { quote } from '../../errors.ts';
import { gatherEvidence, type ReadLedger } from '../reconciliation/evidence.ts';
import type { ReconciliationView } from '../reconciliation/gateways.ts';
import { type Reconciliation, reconciliations } from '../reconciliation/reconciliation.ts';
import { monthJson } from './answers.ts';
import { type QueryParameters, single } from './query.ts';
import { RequestError } from './request-error.ts';

/** `/api/v1/reconciliation` */
export type ReconciliationAnswer = ReturnType<typeof reconciliationJson>;

/** Answers `/api/v1/reconciliation`. Throws a RequestError where the query is wrong. */
export async function reconciliationAnswer(
  view: ReconciliationView,
  parameters: QueryParameters,
  read: ReadLedger,
): Promise<ReconciliationAnswer> {
  const { router } = single(parameters, ['router']);
  const all = reconciliations(view, await gatherEvidence(view, read));
  const chosen = all.filter((gateway) => router === undefined || gateway.router === router);
  if (chosen.length > 0 || router === undefined) return reconciliationJson(chosen);
  const known = all.map((gateway) => quote(gateway.router)).join(', ');
  throw new RequestError(404, `${quote(router)} is not a gateway that counts hosts: ${known === '' ? 'there is none' : `use ${known}`}`);
}

/** The same without a query, for commands too. */
export function reconciliationJson(list: readonly Reconciliation[]) {
  return {
    gateways: list.map(
      ({ router, month, from, wan, hosts, unknown, unattributed, rest, share, restShare, hostsSince, method, reasons }) => ({
        router,
        month: monthJson(month),
        compared_since: from === null ? null : instantText(from),
        counted_by: method,
        hosts_since: hostsSince === null ? null : instantText(hostsSince),
        wan: bytesJson(wan),
        hosts: bytesJson(hosts),
        hosts_without_mac: bytesJson(unknown),
        unattributed: { ...bytesJson(unattributed), share: rounded(share) },
        unexplained: { ...bytesJson(rest), share: rounded(restShare) },
        reasons: reasons.map(({ kind, text, bytes }) => ({
          kind,
          text,
          download_bytes: bytes?.download ?? null,
          upload_bytes: bytes?.upload ?? null,
        })),
      }),
    ),
  };
}

const bytesJson = ({ download, upload }: Traffic) => ({ download_bytes: download, upload_bytes: upload });

const rounded = (share: number | null): number | null => (share === null ? null : Math.round(share * 1e4) / 1e4);
