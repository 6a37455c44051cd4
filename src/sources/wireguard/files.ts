import { cleanName } from '../../domain/names/name.ts';
import { parsePublicKey } from '../../domain/public-key.ts';
import { SourceError } from '../../errors.ts';
import { ownCopy } from '../known-lines.ts';
import { parseAllowedIps } from './dump.ts';

/** Usual paths of an interface's file, with `%i` for the interface: OpenWrt, wg-quick, awg-quick, and AmneziaVPN's containers. */
export const USUAL_FILES = [
  '/etc/config/network',
  '/etc/wireguard/%i.conf',
  '/etc/amnezia/amneziawg/%i.conf',
  '/opt/amnezia/awg/%i.conf',
  '/opt/amnezia/wireguard/%i.conf',
] as const;

interface RevokedPeer {
  publicKey: string;
  name: string | null;
  allowedIps: string[];
}

/** What the files of an interface say about its peers. */
export interface InterfaceFiles {
  /** By public key. */
  names: Map<string, string>;
  revoked: RevokedPeer[];
}

/** Parses the output of the files program, by interface. Throws a SourceError if it is truncated. */
export function parseFiles(text: string): Map<string, InterfaceFiles> {
  const lines = text.split('\n').map(ownCopy);
  if (lines.at(-2) !== 'end') throw new SourceError('truncated', 'the list of interface files is truncated');
  const files = new Map<string, InterfaceFiles>();
  for (const { kind, name, lines: inside } of partsOf(lines.slice(0, -2))) {
    const known = files.get(name) ?? { names: new Map(), revoked: [] };
    files.set(name, known);
    const peers = kind === 'clients' ? clientsOf(inside) : peersOf(inside);
    if (kind === 'revoked') known.revoked = peers;
    // A name in the file takes precedence over AmneziaVPN's table.
    else
      for (const { publicKey, name: called } of peers)
        if (called !== null && !known.names.has(publicKey)) known.names.set(publicKey, called);
  }
  return files;
}

interface Part {
  kind: string;
  name: string;
  lines: string[];
}

function partsOf(lines: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (const line of lines) {
    const [, kind, name] = /^(file|revoked|clients) (\S+)$/.exec(line) ?? [];
    if (kind !== undefined && name !== undefined) parts.push({ kind, name, lines: [] });
    else parts.at(-1)?.lines.push(line);
  }
  return parts;
}

/** The peers of a part: lines `peer KEY`, each followed by its fields. */
function peersOf(lines: readonly string[]): RevokedPeer[] {
  const peers: RevokedPeer[] = [];
  let peer: RevokedPeer | null = null;
  for (const { word, rest } of lines.map(wordOf)) {
    switch (word) {
      case 'peer': {
        const publicKey = parsePublicKey(rest);
        peer = publicKey === null ? null : { publicKey, name: null, allowedIps: [] };
        if (peer !== null) peers.push(peer);
        break;
      }
      case 'name':
        if (peer !== null) peer.name = cleanName(rest);
        break;
      case 'allowed':
        peer?.allowedIps.push(...parseAllowedIps(rest));
        break;
      default:
    }
  }
  return peers;
}

function wordOf(line: string): { word: string; rest: string } {
  const blank = line.indexOf(' ');
  return blank < 0 ? { word: line, rest: '' } : { word: line.slice(0, blank), rest: line.slice(blank + 1) };
}

/** AmneziaVPN's table of clients: lines `client "KEY" "NAME"`, both as JSON has them. */
function clientsOf(lines: readonly string[]): RevokedPeer[] {
  return lines.flatMap((line) => {
    const [, id = '', text = ''] = /^client ("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")$/.exec(line) ?? [];
    const publicKey = parsePublicKey(jsonText(id));
    return publicKey === null ? [] : [{ publicKey, name: cleanName(jsonText(text)), allowedIps: [] }];
  });
}

function jsonText(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}
