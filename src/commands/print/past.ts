import { dayOf, lastPeriods } from '../../domain/calendar.ts';
import { readUsage } from '../../ledger/storage/read-usage.ts';
import { periodRows } from '../../views/rows/periods.ts';
import { sparkline } from '../common/chart.ts';
import { type Column, late, left } from '../common/text.ts';
import type { LedgerView } from './printed.ts';

const MONTHS = 12;

/** The column of the sparklines. */
export const PAST: Column = late(left(`${MONTHS} months`));

/** What each device used in the last billing months, the running one included, as a sparkline; by its first MAC. */
export async function sparklines(view: LedgerView): Promise<ReadonlyMap<string, string>> {
  const periods = lastPeriods(dayOf(view.now, view.timezone), view.terms.billing, MONTHS);
  // Unbounded, because the periods and accounts are bounded already.
  const found = await readUsage(view.store, { by: 'period', periods, accounts: null }, Number.MAX_SAFE_INTEGER);
  const months = new Map<string, number[]>();
  for (const [i, { devices }] of periodRows(view, periods, found ?? []).entries()) {
    for (const { mac, bytes } of devices) {
      const own = months.get(mac) ?? Array.from({ length: MONTHS }, () => 0);
      months.set(mac, own);
      own[i] = bytes.total;
    }
  }
  return new Map([...months].map(([mac, values]) => [mac, sparkline(values)]));
}
