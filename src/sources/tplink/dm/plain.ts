import type { CounterBits } from '../../../domain/counter.ts';
import { SourceError } from '../../../errors.ts';
import type { HttpSession } from '../../../transports/request.ts';
import type { SourceReading } from '../../source.ts';
import { ANY_STATUS, type Protocol, type RouterIo, type Stay } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { parseRsaKey, rsaPadded } from '../rsa.ts';
import { type Block, blocksText, type Instance, parseBlocks, typesOf } from './blocks.ts';
import { lanHostsOf } from './names.ts';
import { bitsOfModel, DEVICE_INFO, LAN_HOSTS, STATISTICS, statisticsOf } from './statistics.ts';

const LOGOUT: readonly Block[] = [{ type: 8, oid: '/cgi/logout' }];

/** What these routers answer for a wrong password, and while somebody else is logged in: nothing tells the two apart. */
const REFUSED = /<title>\s*(500|406)\b/i;

/** Asks for blocks; a fault of the answer is a SourceError. */
export type AskBlocks = (blocks: readonly Block[], signal: AbortSignal) => Promise<Instance[]>;

/** Reads everything with an open way to ask. The statistics first: names alone are worth nothing. */
export async function readBlocks(ask: AskBlocks, { counterBits, now, facts }: RouterIo, signal: AbortSignal): Promise<SourceReading[]> {
  const found = await ask(STATISTICS, signal);
  const names = await attempt(async () => lanHostsOf(await ask(LAN_HOSTS, signal), now()));
  const bits = counterBits ?? (await modelBits(ask, facts, signal));
  const counted = await attempt(async () => statisticsOf(found, bits));
  return [
    counted instanceof SourceError ? { source: 'statistics', observation: counted } : counted,
    names instanceof SourceError ? { source: 'leases', observation: names } : names,
  ];
}

/** A part that fails alone costs nothing else; a refusal ends the stay. */
async function attempt<T>(part: () => Promise<T>): Promise<T | SourceError> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof SourceError) || error instanceof Refusal) throw error;
    return error;
  }
}

async function modelBits(ask: AskBlocks, facts: RouterIo['facts'], signal: AbortSignal): Promise<CounterBits> {
  const known = facts.get('model');
  if (known !== undefined) return bitsOfModel(known);
  const found = await attempt(() => ask(DEVICE_INFO, signal));
  if (found instanceof SourceError) return 64;
  const model = found[0]?.fields.get('modelName') ?? '';
  facts.set('model', model);
  return bitsOfModel(model);
}

/** `POST /cgi?1&5` with the password in each request: C20, C50 v1 to v3, C2, TD-W89xx, W9970, WR840N v2 and later, C5 v4. */
export const dm: Protocol = {
  // What is left when all others have been tried.
  detect: async () => true,
  start: (io) => plainStay(io),
};

/** The answer to a request for the key that logins are encrypted with; null if the router has none. */
export async function loginParameters(
  { base, send }: Pick<RouterIo, 'base' | 'send'>,
  signal: AbortSignal,
): Promise<Map<string, string> | null> {
  const headers = { referer: `${base}/`, 'content-type': 'text/plain' };
  const { status, text } = await send({ url: `${base}/cgi/getParm`, method: 'POST', headers, body: '', accepts: ANY_STATUS }, signal);
  const found = new Map(
    [...text.slice(0, 8192).matchAll(/\bvar\s+(\w{1,16})\s*=\s*"([0-9a-fA-F]{1,1024})"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  return status === 200 && found.has('ee') && found.has('nn') ? found : null;
}

function plainStay(io: RouterIo): Stay {
  const { base, send, login, facts } = io;
  const session: HttpSession = { cookies: new Map() };
  const secret = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const headers = {
    cookie: `Authorization=Basic ${secret}`,
    referer: `${base}/mainFrame.htm`,
    'content-type': 'text/plain',
  };
  let isInside = false;
  let hasAnswered = false;

  const ask: AskBlocks = async (blocks, signal) => {
    // From the first request on it may hold us for logged in, whatever becomes of the answer.
    isInside = true;
    const request = { url: `${base}/cgi?${typesOf(blocks)}`, headers, session, body: blocksText(blocks), accepts: [401, 403, 406, 500] };
    const { status, text } = await send(request, signal).catch((error) => {
      if (error instanceof SourceError && ['connect', 'tls', 'redirect', 'status'].includes(error.reason)) isInside = hasAnswered;
      throw error;
    });
    if (status !== 200 || REFUSED.test(text.slice(0, 1024))) {
      isInside = hasAnswered;
      throw refusalOf(status);
    }
    hasAnswered = true;
    return parseBlocks(text);
  };

  /** TD-W9970 v3 wants a login before it answers. */
  async function logInFirst(signal: AbortSignal): Promise<void> {
    if (facts.get('login') === 'none') return;
    const parameters = await loginParameters(io, signal).catch(() => null);
    if (parameters === null || parameters.has('seq')) return void facts.set('login', 'none');
    const key = parseRsaKey(parameters.get('nn'), parameters.get('ee'));
    const [name, password] = [rsaPadded(key, login.username), rsaPadded(key, Buffer.from(login.password).toString('base64'))];
    const url = `${base}/cgi/login?UserName=${name}&Passwd=${password}&Action=1&LoginStatus=0`;
    isInside = true;
    const { text } = await send({ url, method: 'POST', headers: { ...headers, cookie: '' }, session, body: '' }, signal);
    const code = resultOf(text);
    if (code === 0) return;
    isInside = false;
    throw code === null ? new Refusal('unclear', 'the router does not say what became of the login') : loginRefusal(code);
  }

  return {
    isInside: () => isInside,
    async read(signal) {
      await logInFirst(signal);
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

function refusalOf(status: number): Refusal {
  if (status === 401 || status === 403) return new Refusal('unclear', `status ${status}: the router refuses the request`);
  return new Refusal('either', 'the password is wrong, or somebody else is logged in at the router, which does not say which of the two');
}

/** The number that a script of the router ends with; null if there is none. */
export function resultOf(text: string): number | null {
  const [, code] = /\$\.ret\s*=\s*(\d{1,9})/.exec(text.slice(0, 4096)) ?? [];
  return code === undefined ? null : Number(code);
}

/** What a login that failed with a number means. */
export function loginRefusal(code: number): Refusal {
  if (code === 71_233) return new Refusal('password', 'the router refused the password');
  if (code === 71_017) return new Refusal('password', 'the password has characters that the router does not accept');
  return new Refusal('unclear', `the router refused the login with number ${code}`);
}
