import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token lets its bearer do; who may control may read too. */
export const SCOPES = ['read', 'control'] as const;
export type Scope = (typeof SCOPES)[number];

/** A token as it is kept: what its bearer must know is not in it. */
export interface TokenRecord {
  name: string;
  scope: Scope;
  /** Unix ms. */
  created: number;
  /** SHA-256 of the token's text. */
  hash: Buffer;
}

/** The prefix lets people, and programs that look for leaked secrets, know a token when they see one. */
const PREFIX = 'wrtm_';
const FORMAT = /^wrtm_[A-Za-z0-9_-]{43}$/;

/** A new token: 256 random bits that nobody can guess. */
export const newToken = (): string => PREFIX + randomBytes(32).toString('base64url');

/**
 * What is kept of a token. A slow, salted hash is for passwords, which people choose and attackers guess; of 256 random bits there is
 * nothing to guess, so one plain hash gives nothing away, and every request can afford it.
 */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token, 'latin1').digest();

/**
 * The record of a token, or null. Whatever was presented is hashed, and its hash compared with every hash that is kept, each in
 * constant time: how long it takes tells neither how near a guess came nor which token it was.
 */
export function findToken(
  text: string,
  records: readonly TokenRecord[],
  equal: typeof timingSafeEqual = timingSafeEqual,
): TokenRecord | null {
  // A header may be as long as the server lets it; more than a token's length is no token, and not worth hashing.
  const hash = hashToken(text.slice(0, 64));
  let found: TokenRecord | null = null;
  for (const record of records) if (equal(hash, record.hash)) found = record;
  return FORMAT.test(text) ? found : null;
}
