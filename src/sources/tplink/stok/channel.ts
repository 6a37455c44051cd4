import { SourceError } from '../../../errors.ts';
import type { HttpAnswer, HttpSession } from '../../../transports/request.ts';
import { type Cipher, newCipher } from '../cipher.ts';
import { ANY_STATUS, type RouterIo } from '../protocol.ts';
import { wholeNumber } from '../reading.ts';
import { parseRsaKey, type RsaKey } from '../rsa.ts';
import { dataOf, isObject, parseAnswer } from './json.ts';

type Form = Readonly<Record<string, string>>;

/** How forms are posted to a router below `/cgi-bin/luci/;stok=…/`, in one stay. */
export interface Channel {
  /** Plain, as before a login. */
  post(path: string, form: Form, signal: AbortSignal): Promise<HttpAnswer>;
  /** As the router wants it: encrypted, if it gave a key for that. */
  secret(path: string, form: Form, signal: AbortSignal): Promise<HttpAnswer>;
  /** The token of the login is in each address from now on. */
  enter(token: string): void;
  /** Encrypts from now on. */
  encryptWith(cipher: Cipher): void;
}

export function openChannel({ base, send }: Pick<RouterIo, 'base' | 'send'>): Channel {
  const session: HttpSession = { cookies: new Map() };
  let token = '';
  let cipher: Cipher | null = null;
  const headers = {
    referer: `${base}/webpages/index.html`,
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    accept: 'application/json, text/plain, */*',
  };

  const post = (path: string, form: Form, signal: AbortSignal): Promise<HttpAnswer> => {
    const url = `${base}/cgi-bin/luci/;stok=${token}/${path}`;
    return send({ url, headers, session, body: new URLSearchParams(form).toString(), accepts: ANY_STATUS }, signal);
  };

  return {
    post,
    async secret(path, form, signal) {
      if (cipher === null) return post(path, form, signal);
      const data = cipher.encrypt(new URLSearchParams(form).toString());
      const answer = await post(path, { sign: cipher.sign(data, token === ''), data }, signal);
      const sealed = sealedIn(answer.text);
      return sealed === null ? answer : { ...answer, text: cipher.decrypt(sealed) };
    },
    enter(given) {
      token = given;
    },
    encryptWith(given) {
      cipher = given;
    },
  };
}

/** The encrypted text of an answer; null where it is plain, as an error is. */
function sealedIn(text: string): string | null {
  const [, data] = /^\s*\{\s*"data"\s*:\s*"([A-Za-z0-9+/=\\]+)"\s*\}\s*$/.exec(text.slice(0, 1_000_000)) ?? [];
  return data === undefined ? null : data.replaceAll('\\', '');
}

/** The key for passwords; null where there is none. */
export function keyIn(data: unknown): RsaKey | null {
  const found = isObject(data) ? data.password : undefined;
  return Array.isArray(found) ? parseRsaKey(found[0], found[1]) : null;
}

/** Newer firmware has a key of so many digits, and encrypts nothing but the password. */
const PLAIN_AGAIN = 512;

/**
 * Gets the keys of a login, and encrypts from now on where the router wants that. Returns the key for the password, and whether the router is
 * known to encrypt nothing else. Throws a SourceError.
 */
export async function agreeOnKeys(
  channel: Channel,
  { login, facts }: RouterIo,
  signal: AbortSignal,
): Promise<{ key: RsaKey; isPlain: boolean }> {
  const read = { operation: 'read' };
  const sealed = facts.get('stok') === 'plain' ? null : sealingOf(await channel.post('login?form=auth', read, signal));
  const form = sealed === null ? 'login' : 'keys';
  const key = keyIn(dataOf(await channel.post(`login?form=${form}`, read, signal)));
  if (key === null) throw new SourceError('parse', 'expected a key for the password, and got none');
  if (sealed !== null && key.n.length < PLAIN_AGAIN) channel.encryptWith(newCipher(sealed.key, 'pkcs1', sealed.seq, login, ['k', 'i']));
  return { key, isPlain: sealed === null };
}

/** The key that a router encrypts with; null where it says that it has none. Throws a SourceError for an answer that is neither. */
function sealingOf(answer: HttpAnswer): { key: RsaKey; seq: number } | null {
  if ([403, 404].includes(answer.status)) return null;
  const { success, data } = parseAnswer(answer);
  if (!success) return null;
  const seq = isObject(data) ? wholeNumber(data.seq) : null;
  if (!isObject(data) || !Array.isArray(data.key) || seq === null)
    throw new SourceError('parse', 'expected a key for the session, and got something else');
  return { key: parseRsaKey(data.key[0], data.key[1]), seq };
}

/** The data of an answer, or null for whatever is not one. */
export function parseQuietly(answer: HttpAnswer): unknown {
  try {
    return parseAnswer(answer).data;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return null;
  }
}
