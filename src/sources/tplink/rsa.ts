import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto';
import { SourceError } from '../../errors.ts';

/** A key as these routers give it: modulus and exponent in hex. */
export interface RsaKey {
  n: string;
  e: string;
}

/** Bits of a modulus that is accepted: the routers have 512 to 2048. */
const LEAST_DIGITS = 128;
const MOST_DIGITS = 1024;
/** Bytes that PKCS#1 v1.5 takes of each block. */
const PADDING = 11;

/** Checks a key. Throws a SourceError. */
export function parseRsaKey(n: unknown, e: unknown): RsaKey {
  const isHex = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-fA-F]+$/.test(value);
  if (!isHex(n) || !isHex(e) || n.length < LEAST_DIGITS || n.length > MOST_DIGITS || n.length % 2 !== 0 || e.length > 8)
    throw new SourceError('parse', 'the key for the login is not an RSA key');
  return { n, e };
}

const base64url = (hex: string): string => Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');

function keyOf({ n, e }: RsaKey): KeyObject {
  try {
    return createPublicKey({ key: { kty: 'RSA', n: base64url(n), e: base64url(e) }, format: 'jwk' });
  } catch {
    throw new SourceError('parse', 'the key for the login is not an RSA key');
  }
}

/** Encrypts text in blocks with PKCS#1 v1.5; hex. */
export function rsaPadded(key: RsaKey, text: string): string {
  return inBlocks(key, text, key.n.length / 2 - PADDING, (block) => block, constants.RSA_PKCS1_PADDING);
}

/** Encrypts text in blocks without padding, each filled up with zero bytes at its end; hex. */
export function rsaRaw(key: RsaKey, text: string): string {
  const size = key.n.length / 2;
  const filled = (block: Buffer) => Buffer.concat([block, Buffer.alloc(size - block.length)]);
  return inBlocks(key, text, size, filled, constants.RSA_NO_PADDING);
}

function inBlocks(key: RsaKey, text: string, size: number, prepare: (block: Buffer) => Buffer, padding: number): string {
  const publicKey = keyOf(key);
  const bytes = Buffer.from(text);
  const blocks: string[] = [];
  try {
    for (let from = 0; from < bytes.length; from += size)
      blocks.push(publicEncrypt({ key: publicKey, padding }, prepare(bytes.subarray(from, from + size))).toString('hex'));
  } catch {
    throw new SourceError('parse', 'the key for the login does not fit what is encrypted with it');
  }
  return blocks.join('');
}
