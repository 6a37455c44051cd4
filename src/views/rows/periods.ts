import type { Day, Month } from '../../domain/calendar.ts';
import { NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { type Account, accountsOf } from '../../ledger/account.ts';
import type { UsageRow } from '../../ledger/storage/read-usage.ts';
import { type NamesView, nameOf, type View } from '../view.ts';
import { ownUplinks } from './wan.ts';

/** What the home and each of its devices used in a period. */
export interface PeriodRow {
  period: Month;
  home: Traffic;
  /** Devices with at least one byte, most bytes first. */
  devices: { mac: string; name: string; bytes: Traffic }[];
}

/** The accounts that make up the home's sum: uplinks that are not overlays, all uplinks if there are only overlays, devices if there is no uplink. */
export function homeAccounts({ accounts }: View['books']): { countedBy: 'wan' | 'devices'; accounts: Account[] } {
  const uplinks = accountsOf(accounts, 'wan');
  if (uplinks.length > 0) return { countedBy: 'wan', accounts: [...ownUplinks(uplinks)] };
  return { countedBy: 'devices', accounts: deviceAccounts({ accounts }) };
}

export const deviceAccounts = ({ accounts }: Pick<View['books'], 'accounts'>): Account[] => accountsOf(accounts, 'device');

/** A row per period, in their order; `found` are the ledger's rows of these periods, by first day. */
export function periodRows(view: NamesView, periods: readonly Month[], found: readonly UsageRow[]): PeriodRow[] {
  const home = new Set(homeAccounts(view.books).accounts.map(({ id }) => id));
  const macs = new Map(deviceAccounts(view.books).map(({ id, key }) => [id, view.aliases.get(key)?.mac ?? key]));
  const byPeriod = new Map<Day, { home: Traffic; devices: Map<string, Traffic> }>();
  for (const { account, time, bytes } of found) {
    const sums = byPeriod.get(time) ?? { home: NOTHING, devices: new Map<string, Traffic>() };
    byPeriod.set(time, sums);
    if (home.has(account)) sums.home = plus(sums.home, bytes);
    const mac = macs.get(account);
    if (mac !== undefined) sums.devices.set(mac, plus(sums.devices.get(mac) ?? NOTHING, bytes));
  }
  return periods.map((period) => {
    const sums = byPeriod.get(period.start);
    const devices = [...(sums?.devices ?? [])].map(([mac, bytes]) => ({ mac, name: nameOf(view, mac), bytes }));
    devices.sort((a, b) => total(b.bytes) - total(a.bytes) || (a.mac < b.mac ? -1 : 1));
    return { period, home: sums?.home ?? NOTHING, devices };
  });
}
