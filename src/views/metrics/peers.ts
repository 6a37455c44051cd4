import type { Account } from '../../ledger/account.ts';
import { type KnownPeer, peerKey } from '../../ledger/books.ts';
import { isPrivatePeer, nameOfPeer, type View } from '../view.ts';
import { BYTE_COUNTERS, byteFamilies, labelledAccounts } from './byte-counters.ts';
import { type Family, type FamilyMaker, gauge, samplesOf } from './family.ts';
import { type LastingLabels, labelText, lastingLabels } from './labels.ts';

const PEER = ['router', 'interface', 'public_key'];
const BYTES = BYTE_COUNTERS.peer.labels;
const INFO = [...BYTES, 'allowed_ips', 'state'];

/** Bytes of every WireGuard peer, and what its server reports about it. */
export function peerFamilies(): FamilyMaker {
  const labels = { named: lastingLabels(BYTES), bare: lastingLabels(PEER) };
  return (view, shown) => familiesOf(view, shown.peer, labels);
}

function familiesOf(view: View, accounts: readonly Account[], { named, bare }: Record<'named' | 'bare', LastingLabels>): Family[] {
  const rows = labelledAccounts('peer', view, accounts, named);
  const shown = new Set(rows.map(({ account: { router, interface: name, key } }) => peerKey(router, name, key)));
  const peers = [...view.books.peers].flatMap(([key, peer]) => (peer.state !== 'gone' || shown.has(key) ? [peer] : []));
  return [
    ...byteFamilies('peer', rows),
    gauge(
      'wireguard_peer_month_download_bytes',
      'Bytes sent by the server to the peer in the current billing period',
      BYTES,
      samplesOf(rows, ({ account }) => account.month.download),
    ),
    gauge(
      'wireguard_peer_month_upload_bytes',
      'Bytes received by the server from the peer in the current billing period',
      BYTES,
      samplesOf(rows, ({ account }) => account.month.upload),
    ),
    gauge(
      'wireguard_peer_latest_handshake_timestamp_seconds',
      'Unix time of the last handshake with the peer; 0 = never',
      PEER,
      peers
        .filter((peer) => !isPrivatePeer(view, peer))
        .map((peer) => ({ labels: bare(peer, ...identityOf(peer)), value: peer.latestHandshake })),
    ),
    gauge(
      'wireguard_peer_info',
      'Information about the peer; always 1. state is active, revoked or gone (no longer on its server)',
      INFO,
      peers.map((peer) => ({ labels: labelText(INFO, infoOf(view, peer)), value: 1 })),
    ),
  ];
}

/** The values of `PEER`. */
const identityOf = ({ router, interface: name, publicKey }: KnownPeer): string[] => [router, name, publicKey];

/** The values of `INFO`. */
function infoOf(view: View, peer: KnownPeer): string[] {
  const addresses = isPrivatePeer(view, peer) ? [] : peer.allowedIps;
  return [...identityOf(peer), nameOfPeer(view, peer), addresses.join(','), peer.state];
}
