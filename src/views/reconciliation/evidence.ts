import { startOfDay } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { monthFor } from '../../ledger/usage/months.ts';
import type { ReadAudit } from '../api-v1/audit.ts';
import { gateways, type ReconciliationView } from './gateways.ts';

/** What the ledger's file has in addition to the books, for one gateway and its month. */
export interface Evidence {
  /** Bytes that were not posted because no line could have carried them. */
  refusedHosts: Traffic;
  refusedWan: Traffic;
  /** Gaps in the readings of hosts. */
  gaps: number;
}

/** Reads the ledger's file. */
export interface ReadLedger {
  audit: ReadAudit;
}

/** Limit on the audit rows read for one gateway. */
const MOST_ROWS = 1000;

/** Reads the evidence for the month of every gateway. */
export async function gatherEvidence(view: ReconciliationView, { audit }: ReadLedger): Promise<Map<string, Evidence>> {
  const found = new Map<string, Evidence>();
  for (const { router } of gateways(view)) {
    const { start, end } = monthFor(view.months, { kind: 'wan', router });
    const [from, to] = [startOfDay(start, view.timezone), startOfDay(end, view.timezone)];
    const rows = await audit({ router, from, to, kinds: ['gap', 'rejected'] }, MOST_ROWS);
    const refused = (source: string) =>
      rows.filter((row) => row.kind === 'rejected' && row.source === source).reduce<Traffic>(plus, NOTHING);
    found.set(router, {
      refusedHosts: refused('hosts'),
      refusedWan: refused('wan'),
      gaps: rows.filter(({ kind, source }) => kind === 'gap' && source === 'hosts').length,
    });
  }
  return found;
}
