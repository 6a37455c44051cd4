import type { Account } from '../../ledger/account.ts';
import { type KnownPeer, peerKey } from '../../ledger/books.ts';
import { nameOfPeer, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Labels, type LastingLabels, lastingLabels, type Sample } from './family.ts';

const PEER = ['router', 'interface', 'public_key'];
const BYTES = [...PEER, 'name'];

/** Bytes of every WireGuard peer, and what its server reports about it. */
export function peerFamilies(): FamilyMaker {
  const labels = { named: lastingLabels(), bare: lastingLabels() };
  return (view) => familiesOf(view, labels);
}

function familiesOf(view: View, { named, bare }: Record<'named' | 'bare', LastingLabels>): Family[] {
  const rows = shownAccounts(view, 'peer').map((account) => ({ account, sharedLabels: named(account, bytesLabels(view, account)) }));
  const samples = (value: (account: Account) => number): Sample[] =>
    rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: value(account) }));
  const shown = new Set(rows.map(({ account: { router, interface: name, key } }) => peerKey(router, name, key)));
  const peers = [...view.books.peers].flatMap(([key, peer]) => (peer.state !== 'gone' || shown.has(key) ? [peer] : []));
  return [
    counter(
      'wireguard_peer_download_bytes_total',
      'Bytes sent by the server to the peer',
      BYTES,
      samples((a) => a.total.download),
    ),
    counter(
      'wireguard_peer_upload_bytes_total',
      'Bytes received by the server from the peer',
      BYTES,
      samples((a) => a.total.upload),
    ),
    gauge(
      'wireguard_peer_month_download_bytes',
      'Bytes sent by the server to the peer in the current billing period',
      BYTES,
      samples((a) => a.month.download),
    ),
    gauge(
      'wireguard_peer_month_upload_bytes',
      'Bytes received by the server from the peer in the current billing period',
      BYTES,
      samples((a) => a.month.upload),
    ),
    gauge(
      'wireguard_peer_latest_handshake_timestamp_seconds',
      'Unix time of the last handshake with the peer; 0 = never',
      PEER,
      peers.map((peer) => ({ sharedLabels: bare(peer, peerLabels(peer)), value: peer.latestHandshake })),
    ),
    gauge(
      'wireguard_peer_info',
      'Information about the peer; always 1. state is active, revoked or gone (no longer on its server)',
      [...BYTES, 'allowed_ips', 'state'],
      peers.map((peer) => ({ sharedLabels: infoLabels(view, peer), value: 1 })),
    ),
  ];
}

const peerLabels = ({ router, interface: name, publicKey }: KnownPeer): Labels => ({ router, interface: name, public_key: publicKey });

function bytesLabels(view: View, { router, interface: name, key }: Account): Labels {
  return { router, interface: name, public_key: key, name: nameOfPeer(view, router, name, key) };
}

function infoLabels(view: View, peer: KnownPeer): Labels {
  const { router, interface: name, publicKey, allowedIps, state } = peer;
  return { ...peerLabels(peer), name: nameOfPeer(view, router, name, publicKey), allowed_ips: allowedIps.join(','), state };
}
