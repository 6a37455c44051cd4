import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, privateDecrypt } from 'node:crypto';

/** A key pair of a router, and how what was encrypted for it is read. */
export interface RouterKey {
  /** Modulus and exponent, hex. */
  n: string;
  e: string;
  /** Null where it was not encrypted for this key. */
  decrypt(hex: string): string | null;
}

const hex = (base64url = ''): string => Buffer.from(base64url, 'base64url').toString('hex');

/** Makes a key. `raw`: what is encrypted has no padding but zero bytes at its end. */
export function routerKey(bits: 512 | 1024, padding: 'pkcs1' | 'raw' = 'pkcs1'): RouterKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n, e } = pair.publicKey.export({ format: 'jwk' });
  const size = bits / 8;
  const key: KeyObject = createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return {
    n: hex(n),
    e: `0${hex(e)}`.slice(-6),
    decrypt(text) {
      const bytes = Buffer.from(text, 'hex');
      if (bytes.length === 0 || bytes.length % size !== 0) return null;
      const blocks: string[] = [];
      for (let from = 0; from < bytes.length; from += size) {
        const block = block1(key, bytes.subarray(from, from + size));
        const plain = block === null ? null : padding === 'raw' ? block.toString('latin1').replace(/\0+$/, '') : unpadded(block);
        if (plain === null) return null;
        blocks.push(plain);
      }
      return Buffer.from(blocks.join(''), 'latin1').toString();
    },
  };
}

function block1(key: KeyObject, bytes: Buffer): Buffer | null {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, bytes);
  } catch {
    return null;
  }
}

/** PKCS#1 v1.5: 00 02, bytes that are not zero, 00, the text. */
function unpadded(block: Buffer): string | null {
  const end = block.indexOf(0, 2);
  return block[0] === 0 && block[1] === 2 && end >= 10 ? block.subarray(end + 1).toString('latin1') : null;
}
