import { minuteText } from '../../domain/calendar.ts';
import { plus, type Traffic } from '../../domain/traffic.ts';
import { type AccountName, accountKey, macOf, subjectOf } from '../account.ts';
import { type Books, readerKey } from '../books.ts';
import { ownCounts } from './counted.ts';
import type { PostedDay, PostedDays } from './days.ts';
import type { Figure, Findings, ImportedName, ImportedReader, ImportProgram, LeftOut } from './figures.ts';
import { type Placed, placeFigures } from './place.ts';

export interface ImportTerms {
  timezone: string;
  /** Unix ms. */
  now: number;
  /** Bits per second, by router; for devices, which belong to none, by ''. */
  lineRate: (router: string) => number;
  mostAccounts: number;
  /** Names of the routers that the service reads, also earlier ones. */
  routers: ReadonlySet<string>;
}

/** What an import would write and what it would not. */
export interface Plan {
  program: ImportProgram;
  accounts: PlannedAccount[];
  names: ImportedName[];
  readers: ImportedReader[];
  leftOut: LeftOut[];
}

export interface PlannedAccount extends Placed {
  account: AccountName;
  /** Null for an account that is made. */
  id: number | null;
  bytes: Traffic;
  /** Unix ms up to which the program counted it. */
  lastSeen: number;
}

/** The known accounts that the findings are about: their days are read first. */
export function accountsIn(books: Books, { figures }: Findings): number[] {
  const ids = figures.flatMap(({ account }) => books.accounts.get(accountKey(account))?.id ?? []);
  return [...new Set(ids)];
}

/** Turns what was found into what is to be written. A second import of the same plans nothing. */
export function planImport(books: Books, posted: PostedDays, found: Findings, terms: ImportTerms): Plan {
  const { program } = found;
  const plan: Plan = { program, accounts: [], names: [], readers: [], leftOut: [...found.leftOut] };
  const own = ownCounts(books, terms.routers, terms.timezone);
  let room = terms.mostAccounts - books.accounts.size;
  for (const [key, figures] of byAccount(found.figures)) {
    const [first] = figures;
    if (first === undefined) continue;
    const { account } = first;
    const known = books.accounts.get(key);
    const days = (known && posted.get(known.id)) ?? new Map<number, PostedDay>();
    const placed = placeFigures(figures, days, {
      program,
      timezone: terms.timezone,
      own: own(account, days),
      fastest: terms.lineRate(account.router) / 8,
      budget: budgetOf(program, days, found.most.get(key), known?.total),
    });
    const bytes = [...placed.days.values()].reduce((sum, day) => plus(sum, day.bytes), { download: 0, upload: 0 });
    const lastSeen = Math.min(terms.now, Math.max(...figures.map(({ until }) => until)));
    if (known === undefined && placed.days.size > 0) {
      if (room <= 0) {
        plan.leftOut.push({ what: subjectOf(account), bytes, why: `more than ${terms.mostAccounts} accounts` });
        continue;
      }
      room -= 1;
    }
    plan.accounts.push({ ...placed, account, id: known?.id ?? null, bytes, lastSeen });
  }
  planReaders(books, found, plan, terms);
  plan.names = namesFor(books, found, plan);
  return plan;
}

function byAccount(figures: readonly Figure[]): Map<string, Figure[]> {
  const found = new Map<string, Figure[]>();
  for (const figure of figures) {
    const key = accountKey(figure.account);
    const list = found.get(key);
    if (list === undefined) found.set(key, [figure]);
    else list.push(figure);
  }
  return found;
}

/** At most this is posted: up to the program's own total, and never so much that a sum would not be exact. */
function budgetOf(
  program: ImportProgram,
  days: ReadonlyMap<number, PostedDay>,
  most: Traffic | undefined,
  total: Traffic | undefined,
): Traffic {
  const room = { download: Number.MAX_SAFE_INTEGER - (total?.download ?? 0), upload: Number.MAX_SAFE_INTEGER - (total?.upload ?? 0) };
  if (most === undefined) return room;
  let [download, upload] = [most.download, most.upload];
  for (const { imported } of days.values()) {
    if (imported?.program !== program) continue;
    download -= imported.bytes.download;
    upload -= imported.bytes.upload;
  }
  return { download: Math.max(0, Math.min(room.download, download)), upload: Math.max(0, Math.min(room.upload, upload)) };
}

/**
 * Baselines are taken over only where the ledger has never read the same counters: else it continues from its own. Those that were taken
 * over before need no word; their time is then when the ledger began to count the accounts that came with them.
 */
function planReaders(books: Books, { readers, program }: Findings, plan: Plan, { now, timezone }: ImportTerms): void {
  const begun = new Set([...books.accounts.values()].map(({ firstSeen }) => firstSeen));
  const takenOver = readers.some(({ readAt }) => begun.has(readAt));
  for (const reader of readers) {
    const { source, router, origin, readAt } = reader;
    const same = books.readers.get(readerKey(router, source));
    const rival =
      same ?? [...books.readers.values()].find((other) => other.source === source && (source === 'stations' || other.origin === origin));
    if (same?.origin === origin && takenOver) continue;
    const what = `last reading of ${program} (${source})`;
    if (rival !== undefined)
      plan.leftOut.push({ what, bytes: null, why: `the ledger continues from its own reading of ${rival.router}${lostSince(readAt)}` });
    else if (readAt > now) plan.leftOut.push({ what, bytes: null, why: 'it is in the future' });
    else plan.readers.push(reader);
  }

  function lostSince(readAt: number): string {
    if (books.startedAt === 0 || readAt >= books.startedAt) return '';
    return `, because the service was started before this import: what was counted between ${minuteText(readAt, timezone)} and its first reading is in neither`;
  }
}

/** Names go to devices that the ledger has, or will have, and that nobody named better. */
function namesFor(books: Books, { names }: Findings, { accounts }: Plan): ImportedName[] {
  const made = accounts.flatMap(({ account, id, days }) => (id === null && days.size > 0 ? (macOf(account) ?? []) : []));
  const wanted = new Map<string, ImportedName>(
    made.flatMap((mac) => (books.devices.has(mac) ? [] : [[mac, { mac, name: null, ip: null }]])),
  );
  for (const device of books.devices.values())
    if (device.name === null) wanted.set(device.mac, { mac: device.mac, name: null, ip: device.ip });
  const before = new Map(wanted);
  for (const { mac, name, ip } of names) {
    const device = wanted.get(mac);
    if (device !== undefined) wanted.set(mac, { mac, name: device.name ?? name, ip: device.ip ?? ip });
  }
  return [...wanted.values()].filter((name) => !books.devices.has(name.mac) || name.name !== before.get(name.mac)?.name);
}

/** Whether it would change the ledger at all. */
export const isEmpty = ({ accounts, names, readers }: Plan): boolean =>
  names.length === 0 && readers.length === 0 && accounts.every(({ days }) => days.size === 0);
