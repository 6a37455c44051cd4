import { NOTHING, type Traffic } from '../../domain/traffic.ts';
import { type Account, accountKey, accountsOf } from '../../ledger/account.ts';
import { type KnownPeer, peerKey } from '../../ledger/books.ts';
import { isPrivatePeer, nameOfPeer, type PeerNamesView, userOfPeer, type View } from '../view.ts';

/** What the rows of peers are made from. */
export type PeerView = PeerNamesView & Pick<View, 'now'>;

/** A WireGuard peer in a table. */
export interface PeerRow extends Pick<KnownPeer, 'router' | 'interface' | 'publicKey' | 'allowedIps' | 'endpoint'> {
  /** Id of its account, used by `/api/clients`. Null before its first reading. */
  id: number | null;
  name: string;
  /** Only its totals are shown: no name, user or addresses, nor when it was there. */
  isPrivate: boolean;
  /** Its key. */
  user: string | null;
  /** What people call that user. */
  userTitle: string | null;
  state: KnownPeer['state'];
  online: boolean;
  /** Unix ms; null = never. */
  latestHandshake: number | null;
  total: Traffic;
  month: Traffic;
  /** Unix ms. */
  firstSeen: number | null;
  lastSeen: number | null;
}

/** Peers repeat the handshake every two minutes while they send: after this long without one, a peer is offline. */
const ONLINE_MS = 5 * 60_000;

/** Whether a peer is connected; times are Unix ms. */
export const isOnline = (state: KnownPeer['state'], latestHandshake: number | null, now: number): boolean =>
  state === 'active' && latestHandshake !== null && now - latestHandshake < ONLINE_MS;

/** All peers that were ever counted or that a server has, including revoked ones; by router and interface, most bytes first. */
export function peerRows(view: PeerView): PeerRow[] {
  const rows = new Map<string, PeerRow>();
  for (const peer of view.books.peers.values()) {
    const { router, interface: name, publicKey: key } = peer;
    rows.set(
      peerKey(router, name, key),
      rowOf(view, peer, view.books.accounts.get(accountKey({ kind: 'peer', router, interface: name, key }))),
    );
  }
  for (const account of accountsOf(view.books.accounts, 'peer')) {
    const { router, interface: name, key } = account;
    if (rows.has(peerKey(router, name, key))) continue;
    const peer: KnownPeer = {
      router,
      interface: name,
      publicKey: key,
      name: null,
      allowedIps: [],
      state: 'gone',
      latestHandshake: 0,
      endpoint: null,
    };
    rows.set(peerKey(router, name, key), rowOf(view, peer, account));
  }
  return [...rows.values()].sort(byServerAndSize);
}

function rowOf(view: PeerView, peer: KnownPeer, account: Account | undefined): PeerRow {
  const { router, interface: name, publicKey, allowedIps, endpoint, state } = peer;
  const hidden = isPrivatePeer(view, peer);
  const user = userOfPeer(view, peer);
  const latestHandshake = hidden || peer.latestHandshake === 0 ? null : peer.latestHandshake * 1000;
  return {
    id: account?.id ?? null,
    router,
    interface: name,
    publicKey,
    name: nameOfPeer(view, peer),
    isPrivate: hidden,
    user,
    userTitle: user === null ? null : view.people.titleOf(user),
    allowedIps: hidden ? [] : allowedIps,
    endpoint: hidden ? null : endpoint,
    state,
    online: isOnline(state, latestHandshake, view.now),
    latestHandshake,
    total: account?.total ?? NOTHING,
    month: account?.month ?? NOTHING,
    firstSeen: account?.firstSeen ?? null,
    lastSeen: hidden ? null : (account?.lastSeen ?? null),
  };
}

function byServerAndSize(a: PeerRow, b: PeerRow): number {
  const size = ({ month }: PeerRow) => month.download + month.upload;
  const [one, other] = [`${a.router}\n${a.interface}`, `${b.router}\n${b.interface}`];
  return one < other ? -1 : one > other ? 1 : size(b) - size(a) || (a.publicKey < b.publicKey ? -1 : 1);
}
