import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token allows; `control` includes `read`. */
export const SCOPES = ['read', 'control'] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as stored; it does not contain the token itself. */
export interface TokenRecord {
  name: string;
  scope: Scope;
  /** Unix ms. */
  created: number;
  /** SHA-256 of the token's text. */
  hash: Buffer;
}

/** The prefix makes a token easy to recognize, also for programs that search for leaked secrets. */
const PREFIX = 'wrtm_';
const FORMAT = /^wrtm_[A-Za-z0-9_-]{43}$/;

/** Creates a token: 256 random bits. */
export const newToken = (): string => PREFIX + randomBytes(32).toString('base64url');

/**
 * The stored hash of a token. A slow, salted hash is for passwords, which attackers can guess. Nobody can guess 256 random bits, so a
 * plain hash is safe, and fast enough for every request.
 */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token, 'latin1').digest();

/**
 * The record of a token, or null. Compares the hash of the presented text with every stored hash in constant time, so that the duration
 * reveals neither how close a guess was nor which token matched.
 */
export function findToken(
  text: string,
  records: readonly TokenRecord[],
  equal: typeof timingSafeEqual = timingSafeEqual,
): TokenRecord | null {
  // A header can be long; text longer than a token need not be hashed completely.
  const hash = hashToken(text.slice(0, 64));
  let found: TokenRecord | null = null;
  for (const record of records) if (equal(hash, record.hash)) found = record;
  return FORMAT.test(text) ? found : null;
}
