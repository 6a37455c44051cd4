import type { CounterRules } from '../../domain/counter.ts';
import { cleanName } from '../../domain/name.ts';
import type { Peer, System } from '../../domain/observation.ts';
import { parsePublicKey } from '../../domain/public-key.ts';
import { quote, SourceError } from '../../errors.ts';
import { parseCounter } from '../source.ts';
import { INTERFACE, parseAllowedIps, parseEndpoint } from '../wireguard/dump.ts';
import { epochOf, numberOrNull, type Parsed } from './fields.ts';

/** The counters of a peer restart with its interface, or if the peer is removed and added again. */
export const PEER_RULES: CounterRules = { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 };

/** Parses the WireGuard peers of a router; see docs/wrtmeter-cgi.md for the format. Throws a SourceError. */
export function parsePeers(lines: readonly string[], system: System): Parsed {
  const interfaces = new Map<string, number | null>();
  const peers: Peer[] = [];
  for (const line of lines) {
    const [word, name = '', ...fields] = line.split(' ');
    if (word === 'interface' && INTERFACE.test(name)) interfaces.set(name, numberOrNull(fields[1] ?? ''));
    else {
      const peer = !INTERFACE.test(name)
        ? null
        : word === 'peer'
          ? activePeer(name, fields)
          : word === 'disabled'
            ? revokedPeer(name, fields)
            : null;
      if (peer === null) throw new SourceError('parse', `not a peer line: ${quote(line)}`);
      peers.push(peer);
    }
  }
  const dated = peers.map((peer) => ({ ...peer, epoch: { ...epochOf(system), instance: interfaces.get(peer.interface) ?? null } }));
  return { observation: { source: 'peers', rules: PEER_RULES, interfaces: [...interfaces.keys()], peers: dated }, skipped: 0 };
}

/** `rx` is what the router received, the peer's upload. */
function activePeer(name: string, fields: readonly string[]): Peer | null {
  const [key = '', endpoint = '', allowed = '', handshake = '', rx = '', tx = '', ...title] = fields;
  const publicKey = parsePublicKey(key);
  if (publicKey === null || !/^\d{1,12}$/.test(handshake)) return null;
  const bytes = { download: parseCounter(tx, 'tx bytes'), upload: parseCounter(rx, 'rx bytes') };
  const known = { name: nameIn(title), endpoint: parseEndpoint(endpoint), allowedIps: parseAllowedIps(allowed) };
  return { interface: name, publicKey, ...known, state: 'active', latestHandshake: Number(handshake), bytes, bits: 64, epoch: null };
}

function revokedPeer(name: string, [key = '', allowed = '', ...title]: readonly string[]): Peer | null {
  const publicKey = parsePublicKey(key);
  if (publicKey === null) return null;
  const known = { name: nameIn(title), endpoint: null, allowedIps: parseAllowedIps(allowed) };
  return { interface: name, publicKey, ...known, state: 'revoked', latestHandshake: 0, bytes: null, bits: 64, epoch: null };
}

const nameIn = (words: readonly string[]): string | null => {
  const text = words.join(' ');
  return text === '-' ? null : cleanName(text);
};
