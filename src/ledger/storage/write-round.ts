import { type Books, type KeptBaseline, type KnownPeer, readerKey } from '../books.ts';
import { type AccountUpdate, isWritten, type ReaderUpdate, type RoundUpdate } from '../posting/round-update.ts';
import { mergeBatches } from './merge-accounts.ts';
import { metaBatch } from './meta.ts';
import { dropTariffHours, pruneTariffHours, pruneTariffHoursOf } from './people/tariff-rows.ts';
import { BEHIND, fields } from './sql.ts';
import type { Batch, Cell } from './store.ts';
import { auditBatch } from './write-audit.ts';
import { increaseBatches } from './write-increases.ts';

const SQL = {
  reader: `INSERT INTO reader(id, router, source, origin, boot, earlier_boots, partial, unread, fed_elsewhere)
    SELECT ${fields(9)} FROM json_each(?) WHERE true
    ON CONFLICT(id) DO UPDATE SET origin = excluded.origin, boot = excluded.boot, earlier_boots = excluded.earlier_boots,
      partial = excluded.partial, unread = excluded.unread, fed_elsewhere = excluded.fed_elsewhere`,
  readerTime: `INSERT INTO reader_time(reader, read_at, uptime) VALUES ?
    ON CONFLICT DO UPDATE SET read_at = excluded.read_at, uptime = excluded.uptime`,
  behind: `UPDATE reader SET fed_elsewhere = ${BEHIND} WHERE id IN (SELECT value ->> 0 FROM json_each(?))`,
  forgetReader: 'DELETE FROM baseline WHERE reader IN (SELECT value ->> 0 FROM json_each(?))',
  forgetBaseline: 'DELETE FROM baseline WHERE (reader, counter) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
  baseline: `INSERT INTO baseline(id, reader, counter, line, last_read, boot, instance, began, margin, doubts, fed_elsewhere)
    SELECT ${fields(11)} FROM json_each(?) WHERE true
    ON CONFLICT(id) DO UPDATE SET last_read = excluded.last_read, boot = excluded.boot, instance = excluded.instance,
      began = excluded.began, margin = excluded.margin, doubts = excluded.doubts, fed_elsewhere = excluded.fed_elsewhere`,
  baselineBytes: `INSERT INTO baseline_bytes(baseline, download, upload) VALUES ?
    ON CONFLICT DO UPDATE SET download = excluded.download, upload = excluded.upload`,
  account: `INSERT INTO account(id, kind, router, interface, key, overlay, first_seen) SELECT ${fields(7)} FROM json_each(?)`,
  seen: `INSERT INTO total(account, last_seen, download, upload) VALUES ?
    ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen`,
  device: `INSERT INTO device(mac, name, named_by, ip, network, ssid) SELECT ${fields(6)} FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET name = excluded.name, named_by = excluded.named_by, ip = excluded.ip, network = excluded.network,
      ssid = excluded.ssid`,
  lease: `INSERT INTO lease(router, mac, ip, hostname, client_id, expiry, last_read) SELECT ${fields(7)} FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET ip = excluded.ip, hostname = excluded.hostname, client_id = excluded.client_id, expiry = excluded.expiry, last_read = excluded.last_read`,
  peer: `INSERT INTO peer(router, interface, public_key, name, allowed_ips, state, latest_handshake, endpoint) SELECT ${fields(8)} FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET name = excluded.name, allowed_ips = excluded.allowed_ips, state = excluded.state,
      latest_handshake = excluded.latest_handshake, endpoint = excluded.endpoint`,
  forgetLease: 'DELETE FROM lease WHERE (router, mac) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
  // All rows of a batch are of the same time, so that one range of the primary key is searched.
  pruneHoursOf: `DELETE FROM hour WHERE hour >= (SELECT min(value ->> 1) FROM json_each(?1)) AND hour < (SELECT max(value ->> 2) FROM json_each(?1))
    AND account IN (SELECT value ->> 0 FROM json_each(?1))`,
  pruneHours: 'DELETE FROM hour WHERE hour < (SELECT value ->> 0 FROM json_each(?))',
  dropHours: 'DELETE FROM hour WHERE account IN (SELECT value ->> 0 FROM json_each(?))',
  dropReader: 'DELETE FROM reader WHERE id IN (SELECT value ->> 0 FROM json_each(?))',
};

/**
 * The rows of a round, in bulk statements. `seenInFile`: when each account was last seen, as the file has it.
 * Rule: one transaction.
 */
export function batchesOf(books: Books, update: RoundUpdate, seenInFile: ReadonlyMap<number, number>): Batch[] {
  const written = update.readers.map(({ reader }) => reader);
  const superseded = update.readers.flatMap((each) => each.superseded.map((other) => [other.id]));
  const dropped = update.readers.flatMap((each) => droppedCounters(books, each).map((counter) => [each.reader.id, counter]));
  const baselines = baselineRows(books, update);
  const { accounts } = update;
  return [
    metaBatch(timesOf(books, update)),
    { sql: SQL.dropReader, rows: superseded },
    { sql: SQL.reader, rows: written.filter((reader) => !isInFile(books, reader)).map(readerRow) },
    { sql: SQL.behind, rows: update.behind.map(({ id }) => [id]) },
    { sql: SQL.readerTime, as: 'values', rows: written.map(({ id, readAt, uptime }) => [id, readAt, uptime]) },
    { sql: SQL.forgetReader, rows: [...superseded, ...update.readers.filter((r) => r.isFirst).map((r) => [r.reader.id])] },
    { sql: SQL.forgetBaseline, rows: dropped },
    { sql: SQL.baseline, rows: baselines.facts },
    { sql: SQL.baselineBytes, as: 'values', rows: baselines.bytes },
    { sql: SQL.account, rows: accounts.filter(({ isNew }) => isNew).map(accountRow) },
    { sql: SQL.seen, as: 'values', rows: accounts.filter((each) => isSilent(each) && isWritten(each, seenInFile)).map(seenRow) },
    ...increaseBatches(update),
    { sql: SQL.device, rows: update.devices.map((d) => [d.mac, d.name, d.namedBy, d.ip, d.network, d.ssid]) },
    { sql: SQL.lease, rows: update.leases.map((l) => [l.router, l.mac, l.ip, l.hostname, l.clientId, l.expiry, l.lastRead]) },
    { sql: SQL.peer, rows: update.peers.map(peerRow) },
    { sql: SQL.dropHours, rows: update.droppedHours.map(({ id }) => [id]) },
    dropTariffHours(update.droppedHours.map(({ id }) => id)),
    ...mergeBatches(update.moves.map(({ from, into }) => ({ account: from, into: into.account }))),
    { sql: SQL.forgetLease, rows: update.forgottenLeases.map((l) => [l.router, l.mac]) },
    auditBatch(update.audit),
  ];
}

/** Deletes the hours before `oldest` (Unix ms). Rule: small. */
export const pruneHours = (oldest: number): Batch[] => [{ sql: SQL.pruneHours, rows: [[oldest]] }, pruneTariffHours(oldest)];

/** The hours of an account from one time to another: Unix ms, `to` is exclusive. */
export interface HourSweep {
  account: number;
  from: number;
  to: number;
}

/** Deletes hours of some accounts. */
export function pruneHoursOf(sweeps: readonly HourSweep[]): Batch[] {
  const byTime = new Map<string, number[][]>();
  for (const { account, from, to } of sweeps) {
    const rows = byTime.get(`${from} ${to}`) ?? [];
    byTime.set(`${from} ${to}`, rows);
    rows.push([account, from, to]);
  }
  return [...byTime.values()].flatMap((rows) => [{ sql: SQL.pruneHoursOf, rows }, pruneTariffHoursOf(rows)]);
}

/** Counters whose rows are deleted first: those that ended, and those with fewer lines than they have baselines. */
function droppedCounters(books: Books, { reader, changed, removed }: ReaderUpdate): string[] {
  const counters = books.readers.get(readerKey(reader.router, reader.source))?.counters;
  const shorter = [...changed].filter(([counter, lines]) => lines.length < (counters?.get(counter)?.length ?? 0));
  return [...removed, ...shorter.map(([counter]) => counter)];
}

function timesOf(books: Books, { at, postedDays, hostsSince, feeding }: RoundUpdate): [key: string, value: string][] {
  const rows: [string, string][] = [['posted_at', String(at)]];
  if (books.startedAt === 0) rows.push(['started_at', String(at)]);
  if (books.postedDays !== postedDays) rows.push(['posted_days', postedDays.join(' ')]);
  if (books.hostsSince !== hostsSince) rows.push(['hosts_since', String(hostsSince)]);
  if (books.feeding !== feeding) rows.push(['fed_by_hosts', feeding.by === 'hosts' ? '1' : '0'], ['fed_from', String(feeding.from)]);
  return rows;
}

function accountRow({ account: a }: AccountUpdate): Cell[] {
  return [a.id, a.kind, a.router, a.interface, a.key, a.overlay ? 1 : 0, a.firstSeen];
}

const readerRow = (r: ReaderUpdate['reader']): Cell[] => [
  ...[r.id, r.router, r.source, r.origin, r.boot],
  ...[r.earlierBoots.join(' '), r.isPartial ? 1 : 0, r.unnamed + r.unread.size, r.isBehind ? BEHIND : r.isFedElsewhere ? 1 : 0],
];

/** Whether a reader has its row already, and nothing in it has changed. */
function isInFile({ readers }: Books, reader: ReaderUpdate['reader']): boolean {
  const known = readers.get(readerKey(reader.router, reader.source));
  const row = readerRow(reader);
  return known !== undefined && readerRow(known).every((cell, i) => cell === row[i]);
}

const isSilent = ({ download, upload }: AccountUpdate): boolean => download === 0 && upload === 0;

const seenRow = ({ account, seen }: AccountUpdate): number[] => [account.id, seen, 0, 0];

const peerRow = (p: KnownPeer): Cell[] => [
  p.router,
  p.interface,
  p.publicKey,
  p.name,
  p.allowedIps.join(),
  p.state,
  p.latestHandshake,
  p.endpoint,
];

/**
 * The rows of baselines, which stay in the rows that they have; new ones are numbered. `facts`: of counters that are new, or of which
 * more than their bytes has changed.
 */
function baselineRows(books: Books, { readers }: RoundUpdate): { facts: Cell[][]; bytes: (number | null)[][] } {
  const facts: Cell[][] = [];
  const bytes: (number | null)[][] = [];
  for (const { reader, isFirst, changed, moved } of readers) {
    moved.forEach(({ baseline, bytes: now }) => {
      bytes.push([baseline.id ?? null, now.download, now.upload]);
    });
    const known = isFirst ? undefined : books.readers.get(readerKey(reader.router, reader.source))?.counters;
    for (const [counter, lines] of changed) {
      const before = known?.get(counter) ?? [];
      const hasFacts = before.length !== lines.length || !lines.every((line, i) => onlyMoved(before[i], line));
      for (const [i, line] of lines.entries()) {
        line.id = before[i]?.id ?? ++books.lastBaseline;
        bytes.push([line.id, line.bytes.download, line.bytes.upload]);
        if (hasFacts) facts.push([line.id, reader.id, counter, i, ...factsOf(line)]);
      }
    }
  }
  return { facts, bytes };
}

const factsOf = ({ epoch, lastRead, doubts, fedElsewhere }: KeptBaseline): Cell[] => [
  lastRead,
  epoch?.boot ?? null,
  epoch?.instance ?? null,
  epoch?.began ?? null,
  epoch?.margin ?? null,
  doubts === undefined ? null : JSON.stringify(doubts),
  fedElsewhere?.join(' ') ?? '',
];

function onlyMoved(before: KeptBaseline | undefined, { epoch, lastRead, doubts, fedElsewhere }: KeptBaseline): boolean {
  if (before === undefined || before.lastRead !== lastRead || before.doubts !== undefined || doubts !== undefined) return false;
  if (String(before.fedElsewhere) !== String(fedElsewhere)) return false;
  const { epoch: began } = before;
  if (began === null || epoch === null) return began === epoch;
  return began.boot === epoch.boot && began.instance === epoch.instance && began.began === epoch.began && began.margin === epoch.margin;
}
