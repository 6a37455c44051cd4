import type { Peer } from '../../../domain/observation.ts';
import type { Round } from '../../../domain/round.ts';
import { type Books, type KnownPeer, peerKey } from '../../books.ts';
import type { RoundUpdate } from '../round-update.ts';

/** Known peers of one router at most: of those beyond only the bytes are counted. No router takes another's room. Rule: small. */
const MOST_PEERS = 10_000;

/** Drafts the peers that are new, changed or gone. A peer of an interface that is not in the answer stays as it was. */
export function draftPeers(books: Books, round: Round, update: RoundUpdate): void {
  for (const { router, results } of round.routers) {
    for (const result of results) {
      if (result.status !== 'ok' || result.observation.source !== 'peers') continue;
      const { interfaces, peers } = result.observation;
      let room = MOST_PEERS - [...books.peers.values()].filter((known) => known.router === router).length;
      const present = new Set<string>();
      const complete = new Set(interfaces);
      for (const peer of peers) {
        const key = peerKey(router, peer.interface, peer.publicKey);
        // A peer on the interface is not revoked, whatever a record says.
        if (present.has(key) && peer.state === 'revoked') continue;
        present.add(key);
        const known = books.peers.get(key);
        if (known === undefined && --room < 0) continue;
        const next = merged(router, peer, known, Math.floor(update.at / 1000));
        if (known === undefined || !same(known, next)) update.peers.push(next);
      }
      for (const [key, known] of books.peers) {
        if (known.router !== router || known.state === 'gone' || present.has(key) || !complete.has(known.interface)) continue;
        update.peers.push({ ...known, state: 'gone', endpoint: null });
      }
    }
  }
}

/** Handshakes go back to 0 with the interface: the last known one is kept. One in the future is taken as now. */
function merged(router: string, peer: Peer, known: KnownPeer | undefined, now: number): KnownPeer {
  const { interface: name, publicKey, allowedIps, state, endpoint } = peer;
  const latestHandshake = Math.max(Math.min(peer.latestHandshake, now), known?.latestHandshake ?? 0);
  return { router, interface: name, publicKey, name: peer.name ?? known?.name ?? null, allowedIps, state, latestHandshake, endpoint };
}

function same(a: KnownPeer, b: KnownPeer): boolean {
  return (
    a.name === b.name &&
    a.state === b.state &&
    a.endpoint === b.endpoint &&
    a.latestHandshake === b.latestHandshake &&
    a.allowedIps.join() === b.allowedIps.join()
  );
}
