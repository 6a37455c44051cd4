import { parsePublicKey } from '../../domain/public-key.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { SourceError } from '../../errors.ts';
import { ownCopy } from '../known-lines.ts';
import { linesOf } from '../source.ts';

/** A peer as `wg` and `awg` print it. */
interface DumpedPeer {
  publicKey: string;
  endpoint: string | null;
  allowedIps: string[];
  /** Unix seconds; 0 = never. */
  latestHandshake: number;
  /** Null where they make no sense. */
  bytes: Traffic | null;
}

/** Peers by interface name. */
export type Dump = Map<string, DumpedPeer[]>;

const MOST_ADDRESSES = 64;
/** Linux limits names to 15 bytes. A key is longer, so it is never mistaken for a name. */
export const INTERFACE = /^[\w.@=+-]{1,15}$/;

/**
 * Parses the output of `wg show all dump` or `awg` (wireguard-tools 1.0, amneziawg-tools 1.0): tab-separated fields, the interface first.
 * The first line of an interface is the interface itself, with its private key (and more columns with AmneziaWG); the other lines are its
 * peers: public key, preshared key, endpoint, allowed addresses, latest handshake, transfer_rx (the peer's upload), transfer_tx,
 * keepalive. Throws a SourceError that never shows a field, because any field of a garbled line may be a key.
 */
export function parseDump(text: string): Dump {
  const dump: Dump = new Map();
  const seen = new Set<string>();
  for (const [index, line] of linesOf({ text, framed: false }).entries()) {
    const [name = '', ...fields] = line.split('\t').map(ownCopy);
    if (!INTERFACE.test(name) || fields.length < 4) throw notDump(index);
    const peers = dump.get(name);
    if (peers === undefined) {
      dump.set(name, []);
      continue;
    }
    const peer = parsePeer(fields);
    if (peer === null || seen.has(`${name} ${peer.publicKey}`)) throw notDump(index);
    seen.add(`${name} ${peer.publicKey}`);
    peers.push(peer);
  }
  return dump;
}

/** Parses the output of `wg show NAME dump`: the same without the interface on each line. */
export function parseInterfaceDump(name: string, text: string): Dump {
  return parseDump(text.replace(/^(?=.)/gm, `${name}\t`));
}

const notDump = (index: number) => new SourceError('parse', `line ${index + 1} is not valid output of "wg show dump"`);

/** The columns in `rest` depend on the version. */
function parsePeer([key = '', , endpoint = '', allowed = '', handshake = '', rx = '', tx = '', ..._rest]: string[]): DumpedPeer | null {
  const publicKey = parsePublicKey(key);
  const [download, upload] = [counter(tx), counter(rx)];
  // What is not even a number may be a key: the line is not what it seems.
  if (publicKey === null || !/^\d{1,12}$/.test(handshake) || !NUMBER.test(rx) || !NUMBER.test(tx)) return null;
  return {
    publicKey,
    endpoint: parseEndpoint(endpoint),
    allowedIps: parseAllowedIps(allowed),
    latestHandshake: Number(handshake),
    bytes: download === null || upload === null ? null : { download, upload },
  };
}

/** An address and a port; null for anything else. */
export const parseEndpoint = (text: string): string | null =>
  /^(\[[\w:.%-]{2,70}\]|\d{1,3}(\.\d{1,3}){3}):\d{1,5}$/.test(text) ? text : null;

/** Parses comma-separated addresses with a prefix length; skips anything else. */
export const parseAllowedIps = (text: string): string[] =>
  text
    .split(',', MOST_ADDRESSES)
    .map((part) => part.trim())
    .filter((part) => /^[0-9a-f:.]{2,45}\/\d{1,3}$/i.test(part));

const NUMBER = /^-?\d+$/;

function counter(text: string): number | null {
  const value = Number(text);
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(value) ? value : null;
}
