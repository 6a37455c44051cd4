import { type Account, accountKey } from './account.ts';
import { type Books, leaseKey, readerKey } from './books.ts';
import type { Batch } from './store.ts';

const of = (index: number) => `j.value ->> ${index}`;

const SQL = {
  rename: `UPDATE account SET router = ${of(1)} FROM json_each(?) AS j WHERE account.id = ${of(0)}`,
  merge: `UPDATE account SET download = download + ${of(1)}, upload = upload + ${of(2)}, first_seen = min(first_seen, ${of(3)}), last_seen = max(last_seen, ${of(4)})
    FROM json_each(?) AS j WHERE account.id = ${of(0)}`,
  drop: 'DELETE FROM account WHERE id IN (SELECT value ->> 0 FROM json_each(?))',
  moveReader: `UPDATE reader SET router = ${of(1)} FROM json_each(?) AS j WHERE reader.id = ${of(0)}`,
  dropReader: 'DELETE FROM reader WHERE id IN (SELECT value ->> 0 FROM json_each(?))',
  dropBaselines: 'DELETE FROM baseline WHERE reader IN (SELECT value ->> 0 FROM json_each(?))',
  moveLease: `UPDATE lease SET router = ${of(2)} FROM json_each(?) AS j WHERE lease.router = ${of(0)} AND lease.mac = ${of(1)}`,
  dropLease: 'DELETE FROM lease WHERE (router, mac) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
};

const moveRows = (table: 'hour' | 'day') =>
  `INSERT INTO ${table}(${table}, account, download, upload)
    SELECT t.${table}, ${of(1)}, t.download, t.upload FROM json_each(?) AS j JOIN ${table} AS t ON t.account = ${of(0)} WHERE true
    ON CONFLICT DO UPDATE SET download = download + excluded.download, upload = upload + excluded.upload`;
const MOVE_IMPORTED = `INSERT INTO imported(account, day, program, kind, download, upload)
    SELECT ${of(1)}, t.day, t.program, t.kind, t.download, t.upload FROM json_each(?) AS j JOIN imported AS t ON t.account = ${of(0)} WHERE true
    ON CONFLICT DO UPDATE SET download = download + excluded.download, upload = upload + excluded.upload`;
const dropRows = (table: 'hour' | 'day' | 'imported') => `DELETE FROM ${table} WHERE account IN (SELECT value ->> 0 FROM json_each(?))`;

/**
 * What is to be written so that everything kept under a router's earlier name goes on under its new one. Where the new name has
 * an account of its own already, the two become one; nothing is lost and nothing counted twice. No batches: nothing to do.
 */
export function adoptions(books: Books, renamed: ReadonlyMap<string, string>): Batch[] {
  const accounts = [...books.accounts.values()].flatMap((account) => {
    const name = renamed.get(account.router);
    return name === undefined ? [] : [{ account, name, into: books.accounts.get(accountKey({ ...account, router: name })) }];
  });
  const moved = accounts.filter(({ into }) => into === undefined);
  const merged = accounts.flatMap(({ account, into }) => (into === undefined ? [] : [{ account, into }]));
  const pairs = merged.map(({ account, into }) => [account.id, into.id]);
  const gone = merged.map(({ account }) => [account.id]);
  const readers = [...books.readers.values()].flatMap((reader) => {
    const name = renamed.get(reader.router);
    return name === undefined ? [] : [{ id: reader.id, name, taken: books.readers.has(readerKey(name, reader.source)) }];
  });
  const stale = readers.filter(({ taken }) => taken).map(({ id }) => [id]);
  const leases = [...books.leases.values()].flatMap((lease) => {
    const name = renamed.get(lease.router);
    return name === undefined ? [] : [{ lease, name, taken: books.leases.has(leaseKey(name, lease.mac)) }];
  });
  const batches: Batch[] = [
    { sql: SQL.rename, rows: moved.map(({ account, name }) => [account.id, name]) },
    { sql: SQL.merge, rows: merged.map(({ account: a, into }) => mergeRow(a, into)) },
    { sql: moveRows('hour'), rows: pairs },
    { sql: moveRows('day'), rows: pairs },
    { sql: MOVE_IMPORTED, rows: pairs },
    { sql: dropRows('imported'), rows: gone },
    { sql: dropRows('hour'), rows: gone },
    { sql: dropRows('day'), rows: gone },
    { sql: SQL.drop, rows: gone },
    { sql: SQL.moveReader, rows: readers.filter(({ taken }) => !taken).map(({ id, name }) => [id, name]) },
    { sql: SQL.dropReader, rows: stale },
    { sql: SQL.dropBaselines, rows: stale },
    { sql: SQL.moveLease, rows: leases.filter(({ taken }) => !taken).map(({ lease, name }) => [lease.router, lease.mac, name]) },
    { sql: SQL.dropLease, rows: leases.filter(({ taken }) => taken).map(({ lease }) => [lease.router, lease.mac]) },
  ];
  return batches.filter(({ rows }) => rows.length > 0);
}

const mergeRow = ({ total, firstSeen, lastSeen }: Account, into: Account) => [into.id, total.download, total.upload, firstSeen, lastSeen];
