import type { TariffedBytes } from '../../domain/people/quota.ts';
import { type SumPeriod, sumKey } from '../../domain/people/quota-period.ts';
import { addTo, NO_USAGE, NOTHING, plus, plusUsage, type Traffic, type Used } from '../../domain/traffic.ts';
import { type Account, isSummed, usageOf } from '../account.ts';
import type { KnownTariff } from '../books.ts';
import type { RoundUpdate } from '../posting/round-update.ts';

/**
 * What accounts have in a stretch of time that contains the present, and what of it is of tariffs; by account id. Rounds add only to accounts
 * that quotas or tariffs count.
 */
export interface Sums {
  period: SumPeriod;
  /** Null: the period is the month of all accounts, and each has it itself. */
  bytes: Map<number, Traffic> | null;
  /** By tariff id. */
  tariffs: Map<number, Map<number, Traffic>>;
}

/** By `sumKey`. */
export type SumsByPeriod = Map<string, Sums>;

/** `month`: the period that is the month of all accounts, if there is one. */
export function emptySums(periods: readonly SumPeriod[], month: SumPeriod | null = null): SumsByPeriod {
  const own = month === null ? null : sumKey(month);
  return new Map(
    periods.map((period) => {
      const key = sumKey(period);
      return [key, { period, bytes: key === own ? null : new Map(), tariffs: new Map() }];
    }),
  );
}

/** What an account has in the period. */
export const bytesIn = ({ bytes }: Sums, { id, month }: Pick<Account, 'id' | 'month'>): Traffic | undefined =>
  bytes === null ? month : bytes.get(id);

/** Adds what a round has written. */
export function addToSums(sums: SumsByPeriod, { increases, moves, hourless }: Pick<RoundUpdate, 'increases' | 'moves' | 'hourless'>): void {
  for (const { period, bytes, tariffs: parts } of sums.values()) {
    for (const { hour, day, tariff, bytes: added } of increases) {
      const time = period.by === 'hour' ? hour : day;
      if (time === null || time < period.start || time >= period.end) continue;
      // Whose hours are not kept has none, as in the file.
      const without = period.by === 'hour' ? hourless : NOBODY;
      if (bytes !== null) addAll(bytes, added, without);
      if (tariff !== null) addAll(partOf(parts, tariff), added, without);
    }
    for (const { from, into } of moves) {
      if (bytes !== null) moveSum(bytes, from.id, into.account.id);
      for (const part of parts.values()) moveSum(part, from.id, into.account.id);
    }
  }
}

/** The sums of one tariff, which begin here where it has none yet. */
export function partOf(parts: Sums['tariffs'], tariff: number): Map<number, Traffic> {
  const found = parts.get(tariff) ?? new Map<number, Traffic>();
  parts.set(tariff, found);
  return found;
}

const NOBODY: ReadonlySet<Account> = new Set();

function addAll(sums: Map<number, Traffic>, added: RoundUpdate['increases'][number]['bytes'], without: ReadonlySet<Account>): void {
  for (const increase of added) {
    const { account } = increase.account;
    if (!isSummed(account.kind) || without.has(account)) continue;
    const sum = sums.get(account.id);
    if (sum === undefined) sums.set(account.id, { download: increase.download, upload: increase.upload });
    else addTo(sum, increase);
  }
}

function moveSum(sums: Map<number, Traffic>, from: number, into: number): void {
  const moved = sums.get(from);
  if (moved === undefined) return;
  sums.delete(from);
  sums.set(into, plus(sums.get(into) ?? NOTHING, moved));
}

/** Forgets accounts: their ids may be given again. */
export function dropFromSums(sums: SumsByPeriod, accounts: readonly Account[]): void {
  for (const { bytes, tariffs } of sums.values()) {
    for (const { id } of accounts) for (const part of [bytes, ...tariffs.values()]) part?.delete(id);
  }
}

/** What some accounts have together. */
export function tariffedSum(sums: Sums, accounts: readonly Account[], known: ReadonlyMap<number, KnownTariff>): TariffedBytes {
  const tariffs = [...sums.tariffs].map(([tariff, part]) => {
    const { name, counts } = known.get(tariff) ?? { name: '', counts: 1 };
    return { name, counts, bytes: sumOf(accounts, ({ id }) => part.get(id)) };
  });
  return { bytes: sumOf(accounts, (account) => bytesIn(sums, account)), tariffs };
}

function sumOf(accounts: readonly Account[], bytesOf: (account: Account) => Traffic | undefined): Used {
  return accounts.reduce((sum: Used, account) => {
    const bytes = bytesOf(account);
    if (bytes === undefined) return sum;
    const usage = usageOf(account.kind, bytes);
    return sum === NO_USAGE ? usage : plusUsage(sum, usage);
  }, NO_USAGE);
}
