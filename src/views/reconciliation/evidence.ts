import { dayOf, hourOf, startOfDay } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { monthFor } from '../../ledger/usage/months.ts';
import type { ReadAudit } from '../api-v1/audit.ts';
import type { ReadUsage } from '../api-v1/usage.ts';
import { earliest, type Gateway, gateways, type ReconciliationView } from './gateways.ts';

/** What the ledger's file has in addition to the books, for one gateway and its current month. */
export interface Evidence {
  /** What the uplinks carried before hosts were counted; null if unknown. */
  before: Traffic | null;
  /** Bytes that were not posted because no line could have carried them. */
  refusedHosts: Traffic;
  refusedWan: Traffic;
  /** Gaps in the readings of hosts. */
  gaps: number;
}

/** Reads the ledger's file. */
export interface ReadLedger {
  usage: ReadUsage;
  audit: ReadAudit;
}

/** Limits on the audit rows and hours of the uplinks read for one gateway. */
const MOST_ROWS = 1000;
const MOST_HOURS = 5000;

/** Reads the evidence for the current month of every gateway. */
export async function gatherEvidence(view: ReconciliationView, { usage, audit }: ReadLedger): Promise<Map<string, Evidence>> {
  const found = new Map<string, Evidence>();
  for (const gateway of gateways(view)) {
    const { router } = gateway;
    const from = startOfDay(monthFor(view.months, { kind: 'wan', router }).start, view.timezone);
    const rows = await audit({ router, from, kinds: ['gap', 'rejected'] }, MOST_ROWS);
    const refused = (source: string) =>
      rows.filter((row) => row.kind === 'rejected' && row.source === source).reduce<Traffic>(plus, NOTHING);
    found.set(router, {
      before: await carriedBefore(view, gateway, from, usage),
      refusedHosts: refused('hosts'),
      refusedWan: refused('wan'),
      gaps: rows.filter(({ kind, source }) => kind === 'gap' && source === 'hosts').length,
    });
  }
  return found;
}

/** What the uplinks carried in the month before the hour of the first host: whole days, then hours. */
async function carriedBefore(
  view: ReconciliationView,
  { uplinks, hosts }: Gateway,
  from: number,
  usage: ReadUsage,
): Promise<Traffic | null> {
  const since = earliest(hosts);
  if (since === null || since <= from) return NOTHING;
  const { timezone } = view;
  const accounts = uplinks.map(({ id }) => id);
  const day = dayOf(since, timezone);
  const days = await usage({ by: 'day', from: dayOf(from, timezone), to: day, accounts }, MOST_HOURS);
  const hours = await usage({ by: 'hour', from: startOfDay(day, timezone), to: hourOf(since, timezone), accounts }, MOST_HOURS);
  if (days === null || hours === null) return null;
  return [...days, ...hours].map(({ bytes }) => bytes).reduce(plus, NOTHING);
}
