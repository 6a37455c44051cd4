import { localText } from '../domain/calendar.ts';
import { quote } from '../errors.ts';
import { RequestError } from './api-v1/request-error.ts';
import { type PeerRow, peerRows } from './rows/peers.ts';
import type { View } from './view.ts';

/** What the clients of the VPN panel's API are made from. */
export type ClientView = Pick<View, 'books' | 'peerNames' | 'people' | 'routers' | 'now' | 'timezone'>;

/** A WireGuard peer as in the VPN panel's API. Its bytes are totals; `sent` is what the peer uploaded. */
export interface ClientJson {
  id: number | string;
  name: string;
  server_id: number | null;
  client_ip: string | null;
  status: 'active' | 'disabled';
  created_at: string | null;
  stats: ClientStats;
  bytes_sent: number;
  bytes_received: number;
  last_handshake: string | null;
}

export interface ClientStats {
  sent: string;
  received: string;
  total: string;
  last_seen: string;
  is_online: boolean;
}

/** A peer as a client of the VPN panel's API. */
export function clientJson(view: ClientView, row: PeerRow): ClientJson {
  const text = (instant: number | null) => (instant === null ? null : localText(instant, view.timezone));
  const position = view.routers.findIndex(({ name }) => name === row.router);
  return {
    // A peer whose counter was never read has no number yet; its key finds it too.
    id: row.id ?? row.publicKey,
    name: row.name,
    server_id: position < 0 ? null : position + 1,
    client_ip: row.allowedIps[0]?.replace(/(?<=^[\d.]+)\/32$|(?<=:.*)\/128$/, '') ?? null,
    status: row.state === 'active' ? 'active' : 'disabled',
    created_at: text(row.firstSeen),
    stats: clientStats(view, row),
    bytes_sent: row.total.upload,
    bytes_received: row.total.download,
    last_handshake: text(row.latestHandshake),
  };
}

/** A peer's bytes in words, as that API shows them. */
export function clientStats({ now }: Pick<View, 'now'>, { total: { download, upload }, online, latestHandshake }: PeerRow): ClientStats {
  return {
    sent: formatSize(upload),
    received: formatSize(download),
    total: formatSize(download + upload),
    last_seen: online ? 'Online' : lastSeen(latestHandshake, now),
    is_online: online,
  };
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes as the panel formats them: base 1024, at most two decimals, `1.5 GB`. */
function formatSize(bytes: number): string {
  let [left, unit] = [bytes, 0];
  for (; left >= 1024 && unit < UNITS.length - 1; unit += 1) left /= 1024;
  return `${Math.round(left * 100) / 100} ${UNITS[unit]}`;
}

/** `N minutes ago`, as the panel words it, without a singular. */
function lastSeen(handshake: number | null, now: number): string {
  if (handshake === null) return 'Never';
  const minutes = Math.max(0, Math.floor((now - handshake) / 60_000));
  if (minutes < 60) return `${minutes} minutes ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} hours ago`;
  return `${Math.floor(minutes / (24 * 60))} days ago`;
}

/** The peers of a server, including revoked but not deleted ones. */
const present = (view: ClientView): PeerRow[] => peerRows(view).filter(({ state }) => state !== 'gone');

/** The peer with a number or a public key. Throws a RequestError. */
export function findClient(view: ClientView, text: string): PeerRow {
  const [first, ...others] = present(view).filter(({ id, publicKey }) => (/^\d+$/.test(text) ? String(id) === text : publicKey === text));
  if (first === undefined) throw new RequestError(404, 'Client not found');
  // One key on two interfaces is two peers.
  if (others.length > 0) throw new RequestError(409, 'Several clients have this key: use the number of one');
  return first;
}

/** The router with a name, or with a position in the list of routers, from 1. Throws a RequestError. */
export function findServer({ routers }: Pick<View, 'routers'>, text: string): string {
  const found = routers.find(({ name }) => name === text) ?? (/^[1-9]\d{0,3}$/.test(text) ? routers[Number(text) - 1] : undefined);
  if (found === undefined) throw new RequestError(404, 'Server not found');
  return found.name;
}

/** `/api/servers/{id}/clients`, by their numbers. */
export function serverClients(view: ClientView, server: string): ClientJson[] {
  const order = ({ id }: PeerRow) => id ?? Number.POSITIVE_INFINITY;
  return present(view)
    .filter(({ router }) => router === server)
    .sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)))
    .map((row) => clientJson(view, row));
}

/** Number of peers that the last round read from a server, or why it read none. */
export function syncedPeers({ routers }: Pick<View, 'routers'>, server: string): { synced: number } | { error: string } {
  const router = routers.find(({ name }) => name === server);
  const status = router?.sources.get('peers');
  if (status?.observation?.source === 'peers') return { synced: status.observation.peers.length };
  // A router that did not answer at all is not known to have peers either.
  const error = status?.error ?? (router?.up ? null : [...(router?.sources.values() ?? [])].find((source) => source.error !== null)?.error);
  return { error: error?.message ?? `Router ${quote(server)} shows no WireGuard peers` };
}
