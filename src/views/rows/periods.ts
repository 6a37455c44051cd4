import type { Day, Month } from '../../domain/calendar.ts';
import { NO_USAGE, NOTHING, plusUsage, type Used } from '../../domain/traffic.ts';
import { type Account, accountsOf, deviceAccountsOf, usageOf } from '../../ledger/account.ts';
import type { UsageRow } from '../../ledger/storage/read-usage.ts';
import { type NamesView, nameOf, type View } from '../view.ts';
import { ownUplinks } from './wan.ts';

/** What the home and each of its devices used in a period. */
export interface PeriodRow {
  period: Month;
  home: Used;
  /** Devices with at least one byte, most bytes first. */
  devices: { mac: string; name: string; bytes: Used }[];
}

/** The accounts that make up the home's sum: uplinks that are not overlays, all uplinks if there are only overlays, devices if there is no uplink. */
export function homeAccounts({ accounts }: View['books']): { countedBy: 'wan' | 'devices'; accounts: Account[] } {
  const uplinks = accountsOf(accounts, 'wan');
  if (uplinks.length > 0) return { countedBy: 'wan', accounts: [...ownUplinks(uplinks)] };
  return { countedBy: 'devices', accounts: deviceAccounts({ accounts }) };
}

export const deviceAccounts = ({ accounts }: Pick<View['books'], 'accounts'>): Account[] => deviceAccountsOf(accounts);

/** What accounts show where they are silent: 0 of what they count. */
export const nothingOf = (accounts: readonly Account[]): Used =>
  accounts.map(({ kind }) => usageOf(kind, NOTHING)).reduce(plusUsage, NO_USAGE);

/** A row per period, in their order; `found` are the ledger's rows of these periods, by first day. */
export function periodRows(view: NamesView, periods: readonly Month[], found: readonly UsageRow[]): PeriodRow[] {
  const accounts = homeAccounts(view.books).accounts;
  const home = new Map(accounts.map(({ id, kind }) => [id, kind]));
  const nothing = nothingOf(accounts);
  const owners = new Map(deviceAccounts(view.books).map(({ id, kind, key }) => [id, { kind, mac: view.aliases.get(key)?.mac ?? key }]));
  const byPeriod = new Map<Day, { home: Used; devices: Map<string, Used> }>();
  for (const { account, time, bytes } of found) {
    const sums = byPeriod.get(time) ?? { home: nothing, devices: new Map<string, Used>() };
    byPeriod.set(time, sums);
    const kind = home.get(account);
    if (kind !== undefined) sums.home = plusUsage(sums.home, usageOf(kind, bytes));
    const owner = owners.get(account);
    if (owner !== undefined) sums.devices.set(owner.mac, plusUsage(sums.devices.get(owner.mac) ?? NO_USAGE, usageOf(owner.kind, bytes)));
  }
  return periods.map((period) => {
    const sums = byPeriod.get(period.start);
    const devices = [...(sums?.devices ?? [])].map(([mac, bytes]) => ({ mac, name: nameOf(view, mac), bytes }));
    devices.sort((a, b) => b.bytes.total - a.bytes.total || (a.mac < b.mac ? -1 : 1));
    return { period, home: sums?.home ?? nothing, devices };
  });
}
