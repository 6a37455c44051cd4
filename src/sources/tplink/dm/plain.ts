import { SourceError } from '../../../errors.ts';
import type { HttpSession } from '../../../transports/request.ts';
import { ANY_STATUS, type Protocol, type RouterIo, type Stay } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { parseRsaKey, rsaPadded } from '../rsa.ts';
import { EITHER } from '../words.ts';
import { type Block, blocksText, parseBlocks, typesOf } from './blocks.ts';
import { type AskBlocks, readBlocks } from './read.ts';
import { loginParameters, loginRefusal, resultOf } from './result.ts';

const LOGOUT: readonly Block[] = [{ type: 8, oid: '/cgi/logout' }];

/** What these routers answer for a wrong password, and while somebody else is logged in: nothing tells the two apart. */
const REFUSED = /<title>\s*(500|406)\b/i;

/** What else comes instead of fields to those who are not let in: an error, or a page to log in at. */
const REFUSING = /^\[error\][1-9]\d*\s*$|<input[^>]*\bpassword\b|<title>[^<]*\blog-?\s?in\b/i;

/** What the first page of this firmware has in it. */
const SIGN = /TP-?LINK|\boid_str\.js|\bmainFrame\.htm|\/cgi\/getParm|\$\.act\(/i;

/** How an answer to those who are let in begins. */
const FIELDS = /^(\[cgi\]0\s|\[(\d+,){5}\d+\]\d+\s|\[error\]0\s*$)/;

/** `POST /cgi?1&5` with the password in each request: C20, C50 v1 to v3, C2, TD-W89xx, W9970, WR840N v2 and later, C5 v4. */
export const dm: Protocol = {
  /** It sends the password in clear text: only to what shows the maker's name, or the scripts of this firmware. */
  async detect({ base, send }, signal) {
    if ((await loginParameters({ base, send }, signal)) !== null) return true;
    const { text } = await send({ url: `${base}/`, accepts: ANY_STATUS }, signal);
    return SIGN.test(text.slice(0, 65_536));
  },
  start: (io) => plainStay(io),
};

function plainStay(io: RouterIo): Stay {
  const { base, send, login, facts, trial } = io;
  const session: HttpSession = { cookies: new Map() };
  const secret = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const headers = {
    cookie: `Authorization=Basic ${secret}`,
    referer: `${base}/mainFrame.htm`,
    'content-type': 'text/plain',
  };
  let isInside = false;
  let hasAnswered = false;
  let isLoggedIn = false;

  const ask: AskBlocks = async (blocks, signal) => {
    if (!hasAnswered) trial.sent();
    // It may hold us for logged in, whatever becomes of the answer; but a password that has never worked is not sent once more to log out.
    isInside = hasAnswered || trial.mayLeave;
    const request = {
      url: `${base}/cgi?${typesOf(blocks)}`,
      headers,
      // Without a login of its own the password is the session, and the cookie is sent alone.
      ...(isLoggedIn && { session }),
      body: blocksText(blocks),
      accepts: [401, 403, 406, 500],
    };
    const { status, text } = await send(request, signal).catch((error) => {
      if (error instanceof SourceError && ['connect', 'tls', 'redirect', 'status'].includes(error.reason)) isInside = hasAnswered;
      throw error;
    });
    if (status !== 200 || REFUSED.test(text.slice(0, 1024))) {
      isInside = hasAnswered;
      throw hasAnswered ? thrownOut() : refusalOf(status);
    }
    // What was cut in the middle of fields came from a router that let us in.
    if (!hasAnswered && FIELDS.test(text)) {
      [hasAnswered, isInside] = [true, true];
      trial.accepted();
    }
    if (!hasAnswered && REFUSING.test(text)) throw instead(text);
    return parseBlocks(text);
  };

  /** TD-W9970 v3 wants a login before it answers: it gives a key for that, which no password is needed to ask for. */
  async function logInFirst(signal: AbortSignal): Promise<void> {
    const parameters = facts.get('login') === 'none' ? null : await loginParameters(io, signal);
    if (parameters === null || parameters.has('seq')) {
      facts.set('login', 'none');
      return;
    }
    const key = parseRsaKey(parameters.get('nn'), parameters.get('ee'));
    const [name, password] = [rsaPadded(key, login.username), rsaPadded(key, Buffer.from(login.password).toString('base64'))];
    const url = `${base}/cgi/login?UserName=${name}&Passwd=${password}&Action=1&LoginStatus=0`;
    trial.sent();
    const { status, text } = await send(
      { url, method: 'POST', headers: { ...headers, cookie: '' }, session, body: '', accepts: ANY_STATUS },
      signal,
    );
    const code = resultOf(text);
    if (code !== 0 && code !== null) throw loginRefusal(code);
    if (code === null) {
      // There is no such login after all.
      if (status === 404) facts.set('login', 'none');
      throw new Refusal('unclear', `the router does not say what became of the login (status ${status})`);
    }
    [isInside, hasAnswered, isLoggedIn] = [true, true, true];
    trial.accepted();
  }

  return {
    isInside: () => isInside,
    async read(signal) {
      await logInFirst(signal);
      return readBlocks(ask, io, signal);
    },
    async leave(signal) {
      await ask(LOGOUT, signal).catch((error) => {
        // Without a proof that the password is right it is not sent again.
        isInside = hasAnswered;
        // Who was thrown out is out.
        if (!(error instanceof Refusal)) throw error;
      });
      isInside = false;
    },
  };
}

/** The password was right a moment ago. */
const thrownOut = (): Refusal => new Refusal('busy', 'somebody else is logged in at the router, which ended the reading');

/** What came instead of fields. */
function instead(text: string): Refusal {
  const [, code] = /^\[error\](\d{1,9})/.exec(text) ?? [];
  if (code === undefined) return refusalOf(200);
  return new Refusal('either', `the router answers with error ${code}: the password may be wrong, or this model has no statistics`);
}

function refusalOf(status: number): Refusal {
  if (status === 401 || status === 403)
    return new Refusal('either', `status ${status}: the router refuses the password, or somebody else is logged in`);
  return new Refusal('either', EITHER);
}
