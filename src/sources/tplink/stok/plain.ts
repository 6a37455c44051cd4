import { quote, SourceError } from '../../../errors.ts';
import type { HttpAnswer, HttpSession } from '../../../transports/request.ts';
import type { SourceReading } from '../../source.ts';
import { ANY_STATUS, type Protocol, type RouterIo, type Stay } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { parseRsaKey, type RsaKey, rsaPadded } from '../rsa.ts';
import { dataOf, isObject, parseAnswer } from './json.ts';
import { clientsOf, trafficOf } from './lists.ts';

type Sent = (path: string, form: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<HttpAnswer>;

/** Posts a form below `/cgi-bin/luci/;stok=…/`. */
function sender({ base, send }: Pick<RouterIo, 'base' | 'send'>, session: HttpSession, stok: () => string): Sent {
  return (path, form, signal) =>
    send(
      {
        url: `${base}/cgi-bin/luci/;stok=${stok()}/${path}`,
        headers: {
          referer: `${base}/webpages/index.html`,
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          accept: 'application/json, text/plain, */*',
        },
        session,
        body: new URLSearchParams(form).toString(),
        accepts: ANY_STATUS,
      },
      signal,
    );
}

/** The key for passwords; null where the answer is that of another firmware. */
function keyIn(data: unknown): RsaKey | null {
  const found = isObject(data) ? data.password : undefined;
  return Array.isArray(found) ? parseRsaKey(found[0], found[1]) : null;
}

/** `POST /cgi-bin/luci/;stok=…`: C7 v4 and v5, A7, C9, C1200, C2300, C4000. */
export const stok: Protocol = {
  async detect(io, signal) {
    const post = sender(io, { cookies: new Map() }, () => '');
    try {
      return keyIn(dataOf(await post('login?form=login', { operation: 'read' }, signal))) !== null;
    } catch (error) {
      if (!(error instanceof SourceError) || error.reason === 'timeout' || error.reason === 'connect' || error.reason === 'tls')
        throw error;
      return false;
    }
  },
  start: (io) => stokStay(io),
};

function stokStay(io: RouterIo): Stay {
  const { login, counterBits, now } = io;
  let token: string | null = null;
  const post = sender(io, { cookies: new Map() }, () => token ?? '');

  async function logIn(signal: AbortSignal): Promise<void> {
    const key = keyIn(dataOf(await post('login?form=login', { operation: 'read' }, signal)));
    if (key === null) throw new SourceError('parse', 'expected a key for the password, and got none');
    const form = { operation: 'login', username: login.username, password: rsaPadded(key, login.password) };
    token = await outcomeOf(post('login?form=login', form, signal));
  }

  return {
    isInside: () => token !== null,
    async read(signal) {
      await logIn(signal);
      const traffic = await part('statistics', async () =>
        trafficOf(await data(post('admin/traffic?form=lists', { operation: 'load' }, signal)), counterBits ?? 64),
      );
      const names = await part('leases', async () =>
        clientsOf(await data(post('admin/dhcps?form=client', { operation: 'load' }, signal)), now()),
      );
      return [traffic, names];
    },
    async leave(signal) {
      const { status } = await post('admin/system?form=logout', { operation: 'write' }, signal);
      if (status < 500) token = null;
    },
  };
}

const data = async (answer: Promise<HttpAnswer>): Promise<unknown> => dataOf(await answer);

async function part(source: 'statistics' | 'leases', read: () => Promise<SourceReading>): Promise<SourceReading> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { source, observation: error };
  }
}

/** The token of a login. Throws a Refusal. */
async function outcomeOf(answer: Promise<HttpAnswer>): Promise<string> {
  let text = '';
  try {
    const sent = await answer;
    text = sent.text;
    const { success, data, errorcode } = parseAnswer(sent);
    const token = isObject(data) ? data.stok : undefined;
    if (success && typeof token === 'string' && /^[0-9a-zA-Z]{1,128}$/.test(token)) return token;
    throw success ? new SourceError('parse', 'expected a token for the session, and got none') : refusalOf(errorcode, data);
  } catch (error) {
    if (!(error instanceof SourceError) || error instanceof Refusal) throw error;
    // What was cut after the token still lets us log out.
    const [, token] = /"stok"\s*:\s*"([0-9a-zA-Z]{1,128})"/.exec(text.slice(0, 8192)) ?? [];
    if (token !== undefined) return token;
    throw new Refusal('unclear', `nobody knows what became of the login: ${error.message}`, error.reason);
  }
}

/** What the router says of a login that it refused. */
function refusalOf(errorcode: string | null, data: unknown): Refusal {
  if (errorcode !== null && /user conflict|login conflict|logged in/i.test(errorcode))
    return new Refusal('busy', 'somebody else is logged in at the router');
  if (errorcode !== null && /exceeded|attempts|locked|forbid/i.test(errorcode))
    return new Refusal('password', 'the router has locked logins after too many wrong passwords');
  const left = isObject(data) && typeof data.attemptsAllowed === 'number' ? `, ${data.attemptsAllowed} attempts are left` : '';
  const said = errorcode === null ? '' : ` (${quote(errorcode)})`;
  return new Refusal('password', `the router refused the password${said}${left}`);
}
