import { quote, SourceError } from '../../../errors.ts';
import type { HttpAnswer } from '../../../transports/request.ts';
import type { SourceReading } from '../../source.ts';
import type { Protocol, RouterIo, Stay } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { rsaPadded } from '../rsa.ts';
import { agreeOnKeys, keyIn, openChannel, parseQuietly } from './channel.ts';
import { dataOf, isObject, parseAnswer } from './json.ts';
import { accessDevicesOf, clientsOf, trafficOf, usageOfClients } from './lists.ts';

/** `POST /cgi-bin/luci/;stok=…`: plain on C7 v4 and v5, A7, C9, C1200, C2300, C4000; encrypted on C6 v2 and later, AX and BE models. */
export const stok: Protocol = {
  async detect(io, signal) {
    const channel = openChannel(io);
    for (const form of ['login', 'keys']) {
      if (keyIn(parseQuietly(await channel.post(`login?form=${form}`, { operation: 'read' }, signal))) !== null) return true;
    }
    return false;
  },
  start: (io) => stokStay(io),
};

/** Ms that a login may go on when the round is over. */
const GRACE_MS = 2000;

/** A signal that aborts some time after another one. */
function withGrace(signal: AbortSignal, ms: number): { signal: AbortSignal; end(): void } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    timer = setTimeout(() => late.abort(), ms);
  };
  signal.addEventListener('abort', start, { once: true });
  return {
    signal: late.signal,
    end() {
      signal.removeEventListener('abort', start);
      clearTimeout(timer);
    },
  };
}

function stokStay(io: RouterIo): Stay {
  const { login, counterBits, now, facts, trial, secrets } = io;
  const channel = openChannel(io);
  let isInside = false;

  async function logIn(signal: AbortSignal): Promise<void> {
    const { key, isPlain } = await agreeOnKeys(channel, io, signal);
    const form = { operation: 'login', username: login.username, password: rsaPadded(key, login.password) };
    if (signal.aborted) throw new SourceError('timeout', 'no time is left to log in');
    trial.sent();
    // Without the token of the answer nobody could log out again.
    const grace = withGrace(signal, GRACE_MS);
    try {
      const token = await outcomeOf(channel.secret('login?form=login', form, grace.signal));
      secrets.addToken(token);
      channel.enter(token);
    } finally {
      grace.end();
    }
    if (isPlain) facts.set('stok', 'plain');
    isInside = true;
    trial.accepted();
  }

  const load = async (path: string, operation: string, signal: AbortSignal) => dataOf(await channel.secret(path, { operation }, signal));
  const bits = counterBits ?? 64;

  /** Two pages, each of which fails alone. */
  const plainly = async (signal: AbortSignal): Promise<SourceReading[]> => [
    await part('statistics', async () => trafficOf(await load('admin/traffic?form=lists', 'load', signal), bits)),
    await part('leases', async () => clientsOf(await load('admin/dhcps?form=client', 'load', signal), now())),
  ];

  /** Its list of clients, and what each moved if the model counts that. */
  async function newer(signal: AbortSignal): Promise<SourceReading[]> {
    const names = await part('leases', async () => accessDevicesOf(await load('admin/status?form=all', 'read', signal)));
    const counted = await part('statistics', async () => {
      const found = usageOfClients(await load('admin/smart_network?form=game_accelerator', 'loadDevice', signal), bits);
      if (found !== null && countsAny(found)) facts.set('usage', 'counted');
      return found ?? { source: 'statistics', observation: new SourceError('status', 'this model does not count what each machine moves') };
    });
    // A model without the page is read for its names alone, and so is one that has not shown yet whether it counts.
    const { observation } = counted;
    const isMissing = observation instanceof SourceError ? ['status', 'parse'].includes(observation.reason) : !countsAny(counted);
    return isMissing && facts.get('usage') === undefined ? [names] : [counted, names];
  }

  return {
    isInside: () => isInside,
    async read(signal) {
      await logIn(signal);
      return facts.get('stok') === 'plain' ? plainly(signal) : newer(signal);
    },
    async leave(signal) {
      const answer = await channel.secret('admin/system?form=logout', { operation: 'write' }, signal);
      // Who was thrown out is out.
      if (answer.status !== 401 && answer.status !== 403) dataOf(answer);
      isInside = false;
    },
  };
}

/** No clients show nothing about the model. */
const countsAny = ({ observation }: SourceReading): boolean => 'machines' in observation && observation.machines.length > 0;

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
    if (sent.status === 401 || sent.status === 403)
      throw new Refusal('either', `status ${sent.status}: the router refuses the password, or somebody else is logged in`);
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
  if (errorcode !== null && /^-?\d+$/.test(errorcode) && left === '')
    return new Refusal('either', `the router refuses the login with error ${errorcode.slice(0, 12)}, which may mean a wrong password`);
  const said = errorcode === null ? '' : ` (${quote(errorcode)})`;
  return new Refusal('password', `the router refused the password${said}${left}`);
}
