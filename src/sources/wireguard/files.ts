import { cleanName } from '../../domain/name.ts';
import { parsePublicKey } from '../../domain/public-key.ts';
import { SourceError } from '../../errors.ts';
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
  const lines = text.split('\n');
  if (lines.at(-2) !== 'end') throw new SourceError('truncated', 'the list of interface files is truncated');
  const files = new Map<string, InterfaceFiles>();
  for (const { kind, name, lines: inside } of partsOf(lines.slice(0, -2))) {
    const known = files.get(name) ?? { names: new Map(), revoked: [] };
    files.set(name, known);
    const blocks = kind === 'clients' ? clientsOf(inside) : blocksOf(inside);
    if (kind === 'revoked') known.revoked = blocks;
    // A name in the file takes precedence over AmneziaVPN's table.
    else
      for (const { publicKey, name: called } of blocks)
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

interface Block {
  name: string | null;
  publicKey: string | null;
  allowedIps: string[];
}

/** A name whose peer is decided by the next line. */
interface Waiting {
  text: string;
  /** Whether an empty line separates it from the previous block. */
  apart: boolean;
}

/**
 * The peers of a configuration file. A name is inside a [Peer] block or directly above it, without an empty line between. A name at the
 * end of one block and directly above the next belongs to the first, if that has none.
 */
function blocksOf(lines: readonly string[]): RevokedPeer[] {
  const blocks: Block[] = [];
  let block: Block | null = null;
  let waiting: Waiting | null = null;
  let apart = false;
  const settle = (inside: boolean) => {
    if (block !== null && block.name === null && waiting !== null && (inside || !waiting.apart)) block.name = cleanName(waiting.text);
    else if (waiting !== null) return waiting.text;
    return null;
  };
  for (const { word, rest } of [...lines.map(wordOf), { word: 'blank', rest: '' }]) {
    if (word === 'comment') continue;
    const left = settle(['key', 'allowed', 'setting'].includes(word));
    waiting = word === 'name' ? { text: rest, apart } : null;
    switch (word) {
      case 'peer':
        block = { name: left === null ? null : cleanName(left), publicKey: null, allowedIps: [] };
        blocks.push(block);
        apart = false;
        break;
      case 'section':
        block = null;
        break;
      case 'blank':
        apart = true;
        break;
      case 'key':
        if (block !== null) block.publicKey = parsePublicKey(rest);
        break;
      case 'allowed':
        block?.allowedIps.push(...parseAllowedIps(rest));
        break;
      default:
    }
  }
  return blocks.flatMap(({ publicKey, ...known }) => (publicKey === null ? [] : [{ publicKey, ...known }]));
}

function wordOf(line: string): { word: string; rest: string } {
  const blank = line.indexOf(' ');
  return blank < 0 ? { word: line, rest: '' } : { word: line.slice(0, blank), rest: line.slice(blank + 1) };
}

/** Parses AmneziaVPN's table of clients. Of the JSON, only these lines are sent: `"clientId": "KEY"`, then `"clientName": "Anna"`. */
function clientsOf(lines: readonly string[]): RevokedPeer[] {
  const clients: RevokedPeer[] = [];
  let publicKey: string | null = null;
  for (const line of lines) {
    for (const [, field, text = ''] of line.matchAll(/"(clientId|clientName)" *: *("(?:[^"\\]|\\.)*")/g)) {
      if (field === 'clientId') publicKey = parsePublicKey(jsonText(text));
      else if (publicKey !== null) clients.push({ publicKey, name: cleanName(jsonText(text)), allowedIps: [] });
    }
  }
  return clients;
}

function jsonText(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return '';
  }
}
