import { randomBytes } from 'node:crypto';
import fc from 'fast-check';

/** A key as `wg genkey`, `wg pubkey` and `wg genpsk` print it: 32 bytes in base64. */
export const makeWireguardKey = (): string => randomBytes(32).toString('base64');

/** Any such key. */
export const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'));

/** Whether a text contains any eight consecutive letters of a key. */
export function holdsKey(text: string, key: string): boolean {
  const letters = key.replace(/=$/, '');
  for (let at = 0; at + 8 <= letters.length; at++) if (text.includes(letters.slice(at, at + 8))) return true;
  return false;
}
