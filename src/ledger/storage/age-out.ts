import type { Baseline } from '../../domain/counter.ts';
import { NOTHING, plus, type Traffic, total } from '../../domain/traffic.ts';
import { count } from '../../errors.ts';
import { type Account, type AccountKind, accountKey } from '../account.ts';
import { type Books, ledgerNote, readerKey } from '../books.ts';
import type { SeenInFile } from '../posting/apply-update.ts';
import { startOfPosted, UNSEEN_DAYS } from '../posting/posted-days.ts';
import { dropTariffBatches } from './people/tariff-rows.ts';
import type { Batch, Store } from './store.ts';
import { auditBatch } from './write-audit.ts';

/** Bytes that a device which joins, gets an address and leaves does not reach, on any of its counters. Rule: invented device. */
export const NEVER_USED = 65_536;
/** While so much of the room for accounts is taken, one day is enough: a new device of the home must find room again. */
const TIGHT = 0.75;

const KINDS: readonly AccountKind[] = ['station', 'device', 'undirected', 'host', 'address'];

export interface AgeTerms {
  timezone: string;
  mostAccounts: number;
  /** MACs that the configuration names: they stay. */
  ownMacs?: ReadonlySet<string>;
}

/** What leaves the ledger because it was seen but hardly ever used. */
export interface AgedOut {
  accounts: Account[];
  /** Keys of those accounts: MACs, and addresses whose MAC was never known. */
  keys: string[];
  baselines: { reader: number; key: string; counter: string }[];
}

const SQL = {
  hours: 'DELETE FROM hour WHERE account IN (SELECT value ->> 0 FROM json_each(?))',
  days: 'DELETE FROM day WHERE account IN (SELECT value ->> 0 FROM json_each(?))',
  accounts: 'DELETE FROM account WHERE id IN (SELECT value ->> 0 FROM json_each(?))',
  names: 'DELETE FROM device WHERE mac IN (SELECT value ->> 0 FROM json_each(?))',
  baselines: 'DELETE FROM baseline WHERE (reader, counter) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
};

/** Finds devices that never moved more than NEVER_USED and were not seen for UNSEEN_DAYS. Rule: invented device. */
export async function findAgedOut(store: Pick<Store, 'all'>, books: Books, terms: AgeTerms): Promise<AgedOut> {
  const isTight = books.accounts.size > terms.mostAccounts * TIGHT;
  const oldest = startOfPosted(books.postedDays, isTight ? 1 : UNSEEN_DAYS, terms.timezone);
  const byKey = new Map<string, Account[]>();
  for (const account of books.accounts.values()) {
    if (!KINDS.includes(account.kind)) continue;
    const others = byKey.get(account.key);
    if (others === undefined) byKey.set(account.key, [account]);
    else others.push(account);
  }
  const isSmall = ({ total: bytes, lastSeen }: Account) => total(bytes) <= NEVER_USED && lastSeen < oldest;
  const isOwned = (key: string) => terms.ownMacs?.has(key) === true || books.devices.get(key)?.namedBy === 'static';
  let old = [...byKey].filter(([key, accounts]) => accounts.every(isSmall) && !isOwned(key));
  if (old.length > 0) {
    const imported = new Set((await store.all('SELECT DISTINCT account FROM imported')).map((row) => Number(row.account)));
    old = old.filter(([, accounts]) => !accounts.some(({ id }) => imported.has(id)));
  }
  for (const [key] of old) byKey.delete(key);
  return {
    accounts: old.flatMap(([, accounts]) => accounts),
    keys: old.map(([key]) => key),
    baselines: baselinesOf(books, oldest, byKey),
  };
}

/** Baselines that wait for counters of MACs without an account, if they are so small that no account misses anything. */
function baselinesOf({ readers }: Books, oldest: number, kept: ReadonlyMap<string, unknown>): AgedOut['baselines'] {
  const isOld = ({ lastRead, bytes }: Baseline) => lastRead !== null && lastRead < oldest && total(bytes) <= NEVER_USED;
  return [...readers.values()].flatMap(({ id, router, source, counters }) => {
    if (source !== 'stations' && source !== 'hosts' && source !== 'statistics') return [];
    return [...counters]
      .filter(([counter, lines]) => lines.every(isOld) && macsIn(counter).some((mac) => !kept.has(mac)))
      .map(([counter]) => ({ reader: id, key: readerKey(router, source), counter }));
  });
}

const macsIn = (counter: string): string[] => counter.split(' ').filter((word) => /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(word));

export const isNothing = ({ accounts, baselines }: AgedOut): boolean => accounts.length + baselines.length === 0;

/** The rows of it that are deleted, and the one that says so. */
export function ageOutBatches({ accounts, keys, baselines }: AgedOut, now: number): Batch[] {
  const ids = accounts.map(({ id }) => [id]);
  const bytes = accounts.filter(({ kind }) => kind === 'device').reduce<Traffic>((sum, { total }) => plus(sum, total), NOTHING);
  const why = `${count(keys.length, 'device')} left, not seen for long and never with more than ${NEVER_USED} bytes`;
  return [
    { sql: SQL.hours, rows: ids },
    { sql: SQL.days, rows: ids },
    ...dropTariffBatches(accounts.map(({ id }) => id)),
    { sql: SQL.accounts, rows: ids },
    { sql: SQL.names, rows: keys.map((key) => [key]) },
    { sql: SQL.baselines, rows: baselines.map(({ reader, counter }) => [reader, counter]) },
    ...(keys.length > 0 ? [auditBatch([{ ...ledgerNote(now, 'forget', why), ...bytes }])] : []),
  ];
}

/** Brings the books up to it. */
export function applyAgedOut(books: Books, seenInFile: SeenInFile, { accounts, keys, baselines }: AgedOut): void {
  for (const account of accounts) {
    books.accounts.delete(accountKey(account));
    seenInFile.delete(account.id);
  }
  for (const key of keys) books.devices.delete(key);
  for (const { key, counter } of baselines) books.readers.get(key)?.counters.delete(counter);
}
