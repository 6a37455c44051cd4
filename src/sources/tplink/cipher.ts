import { createCipheriv, createDecipheriv, createHash, randomInt } from 'node:crypto';
import { SourceError } from '../../errors.ts';
import type { Login } from '../../fields/urls.ts';
import { type RsaKey, rsaPadded, rsaRaw } from './rsa.ts';

/** How the signature of a request is encrypted. */
export type Padding = 'pkcs1' | 'raw';

/** What both sides of a stay encrypt with: AES for the data, RSA for the signature, which carries the AES key at the login. */
export interface Cipher {
  encrypt(text: string): string;
  /** Throws a SourceError for what was not encrypted with this key. */
  decrypt(text: string): string;
  /** The signature of encrypted data; `isLogin`: with the key. `names` are what the two protocols call key and vector. */
  sign(data: string, isLogin: boolean): string;
}

/** `seq` is the number that the router gave. */
export function newCipher(
  rsa: RsaKey,
  padding: Padding,
  seq: number,
  { username, password }: Login,
  names: readonly [string, string],
): Cipher {
  const [key, iv] = [digits(), digits()];
  const hash = createHash('md5').update(`${username}${password}`).digest('hex');
  return {
    encrypt(text) {
      const cipher = createCipheriv('aes-128-cbc', key, iv);
      return Buffer.concat([cipher.update(text), cipher.final()]).toString('base64');
    },
    decrypt(text) {
      try {
        const decipher = createDecipheriv('aes-128-cbc', key, iv);
        return Buffer.concat([decipher.update(Buffer.from(text, 'base64')), decipher.final()]).toString();
      } catch {
        throw new SourceError('truncated', 'the answer is cut short, or not encrypted as agreed at the login');
      }
    },
    sign(data, isLogin) {
      const [k, i] = names;
      const text = `${isLogin ? `${k}=${key}&${i}=${iv}&` : ''}h=${hash}&s=${seq + data.length}`;
      return padding === 'raw' ? rsaRaw(rsa, text) : rsaPadded(rsa, text);
    },
  };
}

/** 16 digits, as the routers' own pages make their keys. */
const digits = (): string => Array.from({ length: 16 }, () => randomInt(10)).join('');
