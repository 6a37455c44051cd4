import type { Traffic } from '../../domain/traffic.ts';
import { hash } from '../random.ts';
import type { PeerSpec, TunnelSpec } from '../spec.ts';
import type { Counter } from './counter.ts';
import { add, newCounter, newTraffic } from './counter.ts';
import { countHost } from './counting.ts';
import type { UplinkState } from './uplink.ts';

/** Peers that talk shake hands as often. */
const HANDSHAKE_MS = 120_000;

/** A WireGuard interface of a router. */
export interface TunnelState {
  readonly spec: TunnelSpec;
  ifindex: number;
  /** Unix ms at which it was brought up last. */
  since: number;
  readonly peers: readonly PeerState[];
}

export interface PeerState {
  readonly spec: PeerSpec;
  /** On the interface: false once it is revoked. */
  active: boolean;
  counter: Counter;
  /** Unix ms of the last byte on this counter; 0 = none. */
  lastActive: number;
  /** All bytes since the world began, and those of them that went on to the Internet. */
  readonly account: Traffic;
  readonly beyond: Traffic;
}

/** A tunnel that is up since `since`; `now` is when the world begins. Both are Unix ms. */
export function newTunnel(spec: TunnelSpec, since: number, now: number): TunnelState {
  const peers = spec.peers.map((peer): PeerState => {
    const lastActive = peer.silent === undefined ? 0 : now - peer.silent * 1000;
    const counters = { counter: newCounter(peer.shows), lastActive, account: newTraffic(), beyond: newTraffic() };
    return { spec: peer, active: !(peer.revoked ?? false), ...counters };
  });
  return { spec, ifindex: spec.ifindex, since, peers };
}

/** Bytes of a peer. Outside they are the home's the other way round; what continues to the Internet crosses the uplink again. */
export function moveThrough(peer: PeerState, uplink: UplinkState, bytes: Traffic, at: number, beyond: boolean): void {
  if (!peer.active) return;
  add(peer.counter.moved, bytes);
  add(peer.account, bytes);
  peer.lastActive = Math.max(peer.lastActive, at);
  const outside = { download: bytes.upload, upload: bytes.download };
  for (const crossing of beyond ? [outside, bytes] : [outside]) {
    add(uplink.counter.moved, crossing);
    add(uplink.account, crossing);
  }
  if (!beyond) return;
  add(peer.beyond, bytes);
  countHost(uplink.counting, null, peer.spec.address, bytes, at);
}

/** All counters of the interface start at 0, as after it was taken down and brought up. */
export function resetTunnel(tunnel: TunnelState, at: number): void {
  tunnel.since = at;
  for (const peer of tunnel.peers) resetPeer(peer);
}

/** What the interface knows of a peer ends when it is taken off it. */
export function resetPeer(peer: PeerState): void {
  peer.counter = newCounter();
  peer.lastActive = 0;
}

/** Unix seconds; 0 = none since the interface came up or the peer was put on it. */
export function latestHandshake({ since }: TunnelState, { spec, lastActive }: PeerState): number {
  if (lastActive === 0) return 0;
  const phase = hash(spec.publicKey) % HANDSHAKE_MS;
  const handshake = lastActive - ((lastActive - phase) % HANDSHAKE_MS);
  return Math.floor(Math.max(handshake, since) / 1000);
}
