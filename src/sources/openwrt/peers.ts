import type { CounterRules } from '../../domain/counter.ts';
import { peerCounter } from '../../domain/counter-names.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { Peer, System } from '../../domain/observation.ts';
import { parsePublicKey, shortKey } from '../../domain/public-key.ts';
import { quote, SourceError } from '../../errors.ts';
import { firstOfEach } from '../known-lines.ts';
import { createSkips, type Skips } from '../skips.ts';
import { parseCounter } from '../source.ts';
import { INTERFACE, parseAllowedIps, parseEndpoint } from '../wireguard/dump.ts';
import { epochOf, ifindexOf, type Parsed } from './fields.ts';

/** The counters of a peer restart with its interface, or if the peer is removed and added again. Rule: source promises. */
export const PEER_RULES: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };

/** Parses the WireGuard peers of a router; see docs/formats/wrtmeter-cgi.md for the format. Throws a SourceError. */
export function parsePeers(lines: readonly string[], system: System): Parsed {
  const interfaces = new Map<string, number | null>();
  const peers: Peer[] = [];
  const skips = createSkips();
  for (const line of lines) {
    const [word, name = '', ...fields] = line.split(' ');
    if (word === 'interface' && INTERFACE.test(name)) interfaces.set(name, ifindexOf(fields[1] ?? ''));
    else {
      const peer = !INTERFACE.test(name)
        ? null
        : word === 'peer'
          ? activePeer(name, fields, skips)
          : word === 'disabled'
            ? revokedPeer(name, fields)
            : null;
      if (peer === null) skips.skip(`not a peer line: ${quote(line)}`);
      else peers.push(peer);
    }
  }
  for (const peer of peers) peer.epoch = epochOf(system, { instance: interfaces.get(peer.interface) ?? null });
  const { skippedBecause } = skips.found;
  if (peers.length === 0 && interfaces.size === 0 && skippedBecause[0] !== undefined) throw new SourceError('parse', skippedBecause[0]);
  // A peer in no list counts as removed. That cannot be decided where a line does not show whose it is.
  const complete = lines.length === interfaces.size + peers.length ? [...interfaces.keys()] : [];
  // One may be there once with its counters and once as revoked.
  const each = firstOfEach(peers, (peer) => `${peer.state} ${peerCounter(peer.interface, peer.publicKey)}`);
  return { observation: { source: 'peers', rules: PEER_RULES, interfaces: complete, peers: each }, ...skips.found };
}

/** `rx` is what the router received, the peer's upload. A peer whose counters make no sense is there, without bytes. */
function activePeer(name: string, fields: readonly string[], skips: Skips): Peer | null {
  const [key = '', endpoint = '', allowed = '', handshake = '', rx = '', tx = '', ...title] = fields;
  const publicKey = parsePublicKey(key);
  if (publicKey === null) return null;
  const isTime = /^\d{1,12}$/.test(handshake);
  if (!isTime) skips.skip(`peer ${shortKey(publicKey)} of ${name}: not a time: ${quote(handshake)}`, peerCounter(name, publicKey));
  const read = () => ({ download: parseCounter(tx, 'tx bytes'), upload: parseCounter(rx, 'rx bytes') });
  const bytes = skips.attempt(() => `peer ${shortKey(publicKey)} of ${name}`, peerCounter(name, publicKey), read);
  return {
    interface: name,
    publicKey,
    name: nameIn(title),
    endpoint: parseEndpoint(endpoint),
    allowedIps: parseAllowedIps(allowed),
    state: 'active',
    latestHandshake: isTime ? Number(handshake) : 0,
    bytes,
    bits: 64,
    epoch: null,
  };
}

function revokedPeer(name: string, [key = '', allowed = '', ...title]: readonly string[]): Peer | null {
  const publicKey = parsePublicKey(key);
  if (publicKey === null) return null;
  return {
    interface: name,
    publicKey,
    name: nameIn(title),
    endpoint: null,
    allowedIps: parseAllowedIps(allowed),
    state: 'revoked',
    latestHandshake: 0,
    bytes: null,
    bits: 64,
    epoch: null,
  };
}

const nameIn = (words: readonly string[]): string | null => {
  const text = words.join(' ');
  return text === '-' ? null : cleanName(text);
};
