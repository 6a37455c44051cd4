import { SourceError } from '../../../errors.ts';
import type { HttpSession } from '../../../transports/request.ts';
import { type Cipher, newCipher } from '../cipher.ts';
import { ANY_STATUS, type Protocol, type RouterIo, type Stay } from '../protocol.ts';
import { notUnderstood } from '../reading.ts';
import { Refusal } from '../refusal.ts';
import { parseRsaKey } from '../rsa.ts';
import { type Block, blocksText, parseBlocks, typesOf } from './blocks.ts';
import { type AskBlocks, readBlocks } from './read.ts';
import { loginParameters, loginRefusal, resultOf } from './result.ts';

/** How models log in. `address`: MR and VR, in the address, signatures without padding. `block`: C50 v4 and later. */
const WAYS = ['address', 'block'] as const;
type Way = (typeof WAYS)[number];

/** The router did not understand a login of this way. */
class OtherWay extends SourceError {}

const LOGOUT: readonly Block[] = [{ type: 8, oid: '/cgi/logout' }];
const BAD_REQUEST = 71_234;

/** `POST /cgi_gdpr`, encrypted: C50 v4 and later, MR and VR models, WR841N v14, TD-W9960. */
export const dmEncrypted: Protocol = {
  detect: async (io, signal) => (await loginParameters(io, signal))?.has('seq') ?? false,
  start: (io) => encryptedStay(io),
};

function encryptedStay(io: RouterIo): Stay {
  const { base, send, login, facts, trial, secrets } = io;
  const session: HttpSession = { cookies: new Map() };
  const headers: Record<string, string> = { referer: `${base}/`, 'content-type': 'text/plain' };
  let cipher: Cipher | null = null;
  let isInside = false;

  async function post(blocks: string, way: 'login' | 'request', signal: AbortSignal): Promise<string> {
    if (cipher === null) throw new Error('Not logged in');
    const data = cipher.encrypt(blocks);
    const body = `sign=${cipher.sign(data, way === 'login')}\r\ndata=${data}\r\n`;
    const { status, text } = await send({ url: `${base}/cgi_gdpr`, headers, session, body, accepts: ANY_STATUS }, signal);
    if (status === 200 && /^[A-Za-z0-9+/=\s]+$/.test(text)) return cipher.decrypt(text.trim());
    if (way === 'login') throw new OtherWay('status', `status ${status} to the login`);
    if (status === 200) throw notUnderstood(text, 'encrypted data');
    throw new Refusal('busy', 'somebody else is logged in at the router, which ended the reading');
  }

  async function logIn(way: Way, signal: AbortSignal): Promise<void> {
    const parameters = await loginParameters(io, signal);
    const seq = Number(parameters?.get('seq'));
    if (parameters === null || !Number.isSafeInteger(seq))
      throw new SourceError('parse', 'expected the parameters of a login, and got none');
    const key = parseRsaKey(parameters.get('nn'), parameters.get('ee'));
    cipher = newCipher(key, way === 'address' ? 'raw' : 'pkcs1', seq, login, ['key', 'iv']);
    trial.sent();
    // Who logs out signs with a hash of the password: nobody does that with one that has never worked.
    isInside = trial.hasWorked;
    const text = way === 'address' ? await byAddress(cipher, signal) : await byBlock(signal);
    const code = resultOf(text);
    if (code !== 0 && !(way === 'block' && code === null && /^\[error\]0$/m.test(text))) {
      isInside = false;
      if (code === BAD_REQUEST) throw new OtherWay('status', 'the router did not understand the login');
      throw code === null ? new OtherWay('parse', 'the router does not say what became of the login') : loginRefusal(code);
    }
    isInside = true;
    trial.accepted();
    const page = await send({ url: `${base}/`, headers: { referer: headers.referer ?? '' }, session, accepts: ANY_STATUS }, signal);
    const [, token] = /\bvar\s+token\s*=\s*"(\w{1,128})"/.exec(page.text.slice(0, 65_536)) ?? [];
    if (token === undefined) return;
    secrets.addToken(token);
    headers.TokenID = token;
  }

  async function byAddress(own: Cipher, signal: AbortSignal): Promise<string> {
    const data = own.encrypt(`${login.username}\n${login.password}`);
    const query = new URLSearchParams({ data, sign: own.sign(data, true), Action: '1', LoginStatus: '0', isMobile: '0' });
    const { status, text } = await send(
      { url: `${base}/cgi/login?${query}`, method: 'POST', headers, session, body: '', accepts: ANY_STATUS },
      signal,
    );
    if (status !== 200) throw new OtherWay('status', `status ${status} to the login`);
    return text;
  }

  function byBlock(signal: AbortSignal): Promise<string> {
    const fields = [`username=${login.username}`, `password=${login.password}`];
    return post(requestText([{ type: 8, oid: '/cgi/login', fields }]), 'login', signal);
  }

  const ask: AskBlocks = async (blocks, signal) => parseBlocks(await post(requestText(blocks), 'request', signal));

  async function logInAnyWay(signal: AbortSignal): Promise<void> {
    const known = facts.get('way');
    for (const way of WAYS) {
      if (known !== undefined && known !== way) continue;
      try {
        await logIn(way, signal);
        facts.set('way', way);
        return;
      } catch (error) {
        isInside = isInside && !(error instanceof OtherWay);
        if (!(error instanceof OtherWay)) throw error;
      }
    }
    throw new Refusal('unclear', 'the router refuses the login: the password may be wrong, or somebody else is logged in');
  }

  return {
    isInside: () => isInside,
    async read(signal) {
      await logInAnyWay(signal);
      return readBlocks(ask, io, signal);
    },
    async leave(signal) {
      await ask(LOGOUT, signal).catch((error) => {
        // Who was thrown out is out.
        if (!(error instanceof Refusal)) throw error;
      });
      isInside = false;
    },
  };
}

/** The plain text of a request: the types, then the blocks, each with an empty line after it. */
const requestText = (blocks: readonly Block[]): string =>
  [`${typesOf(blocks)}\r\n`, ...blocks.map((block, i) => `${blocksText([block], i)}\r\n`)].join('');
