import type { Observation, Peer } from '../../../src/domain/observation.ts';
import { PEER_RULES } from '../../../src/sources/openwrt/peers.ts';

/** A public key that ends as keys do; the same number gives the same key. */
export const publicKey = (number: number): string => `${Buffer.alloc(32, number).toString('base64')}`;

/** A WireGuard peer as its server shows it. */
export const peer = (number: number, more: Partial<Peer> = {}): Peer => ({
  interface: 'wg0',
  publicKey: publicKey(number),
  name: `peer ${number}`,
  endpoint: '198.51.100.7:51820',
  allowedIps: [`10.8.0.${number}/32`],
  state: 'active',
  latestHandshake: 0,
  bytes: { download: 0, upload: 0 },
  bits: 64,
  epoch: null,
  ...more,
});

export const peers = (list: readonly Peer[], interfaces: readonly string[] = ['wg0']): Observation => ({
  source: 'peers',
  rules: PEER_RULES,
  interfaces: [...interfaces],
  peers: [...list],
});
