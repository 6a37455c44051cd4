import { accountKey } from '../account.ts';
import { type Books, leaseKey, readerKey } from '../books.ts';
import { mergeBatches } from './merge-accounts.ts';
import { cell } from './sql.ts';
import type { Batch } from './store.ts';

const SQL = {
  rename: `UPDATE account SET router = ${cell(1)} FROM json_each(?) AS j WHERE account.id = ${cell(0)}`,
  moveReader: `UPDATE reader SET router = ${cell(1)} FROM json_each(?) AS j WHERE reader.id = ${cell(0)}`,
  dropReader: 'DELETE FROM reader WHERE id IN (SELECT value ->> 0 FROM json_each(?))',
  dropBaselines: 'DELETE FROM baseline WHERE reader IN (SELECT value ->> 0 FROM json_each(?))',
  moveLease: `UPDATE lease SET router = ${cell(2)} FROM json_each(?) AS j WHERE lease.router = ${cell(0)} AND lease.mac = ${cell(1)}`,
  dropPeer: 'DELETE FROM peer WHERE router IN (SELECT value ->> 0 FROM json_each(?))',
  movePeer: `INSERT INTO peer SELECT ${cell(1)}, interface, public_key, name, allowed_ips, state, latest_handshake, endpoint
    FROM json_each(?) AS j JOIN peer AS p ON p.router = ${cell(0)} WHERE true ON CONFLICT DO NOTHING`,
  dropLease: 'DELETE FROM lease WHERE (router, mac) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))',
};

/**
 * Moves everything that is kept under a router's earlier name to its new one. Where the new name has its own account already, the two
 * are merged; nothing is lost and nothing counted twice. No batches: nothing to do. Rule: renamed router.
 */
export function renameBatches(books: Books, was: string, name: string): Batch[] {
  const accounts = [...books.accounts.values()]
    .filter(({ router }) => router === was)
    .map((account) => ({ account, into: books.accounts.get(accountKey({ ...account, router: name })) }));
  const moved = accounts.filter(({ into }) => into === undefined);
  const merged = accounts.flatMap(({ account, into }) => (into === undefined ? [] : [{ account, into }]));
  // Of two readers of a source the later one continues: what the other shows since then is posted already.
  const both = [...books.readers.values()]
    .filter(({ router }) => router === was)
    .map((reader) => ({ reader, other: books.readers.get(readerKey(name, reader.source)) ?? null }));
  const moving = both.filter(({ reader, other }) => other === null || other.readAt < reader.readAt).map(({ reader }) => reader.id);
  const stale = both.flatMap(({ reader, other }) => (other === null ? [] : [[moving.includes(reader.id) ? other.id : reader.id]]));
  const leases = [...books.leases.values()]
    .filter(({ router }) => router === was)
    .map((lease) => ({ lease, taken: books.leases.has(leaseKey(name, lease.mac)) }));
  const peers = [...books.peers.values()].some(({ router }) => router === was);
  const batches: Batch[] = [
    { sql: SQL.rename, rows: moved.map(({ account }) => [account.id, name]) },
    ...mergeBatches(merged),
    { sql: SQL.dropReader, rows: stale },
    { sql: SQL.dropBaselines, rows: stale },
    { sql: SQL.moveReader, rows: moving.map((id) => [id, name]) },
    { sql: SQL.moveLease, rows: leases.filter(({ taken }) => !taken).map(({ lease }) => [lease.router, lease.mac, name]) },
    { sql: SQL.dropLease, rows: leases.filter(({ taken }) => taken).map(({ lease }) => [lease.router, lease.mac]) },
    { sql: SQL.movePeer, rows: peers ? [[was, name]] : [] },
    { sql: SQL.dropPeer, rows: peers ? [[was]] : [] },
  ];
  return batches.filter(({ rows }) => rows?.length !== 0);
}
