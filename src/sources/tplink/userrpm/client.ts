import { createHash } from 'node:crypto';
import { SourceError } from '../../../errors.ts';
import { attempt } from '../dm/read.ts';
import { ANY_STATUS, type Protocol, type RouterIo, type Stay } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { EITHER } from '../words.ts';
import { leasesOf, statisticsOf } from './pages.ts';

/** `/userRpm/…`: TL-WR and TL-WDR models until about 2015. */
export const userRpm: Protocol = {
  async detect({ base, send }, signal) {
    const { status, text } = await send({ url: `${base}/`, accepts: ANY_STATUS }, signal);
    return /userRpm\//i.test(text.slice(0, 65_536)) || (status === 401 && /TP-?LINK|username or password/i.test(text));
  },
  start: (io) => userRpmStay(io),
};

function userRpmStay(io: RouterIo): Stay {
  const { base, send, login, counterBits, now, trial, secrets } = io;
  const hash = createHash('md5').update(login.password).digest('hex');
  const basic = (secret: string) => Buffer.from(`${login.username}:${secret}`).toString('base64');
  const headers: Record<string, string> = {
    cookie: `Authorization=Basic%20${basic(hash)}`,
    referer: `${base}/`,
  };
  /** What stands before each address once logged in: models without a token check the password in each request. */
  let place: string | null = null;
  let isProved = false;

  async function page(path: string, signal: AbortSignal): Promise<string> {
    if (!isProved) trial.sent();
    const { status, text } = await send({ url: `${base}${place ?? ''}/userRpm/${path}`, headers, accepts: ANY_STATUS }, signal);
    if (status === 200) return text;
    if ((status === 401 || status === 403) && place !== null && place !== '')
      throw new Refusal('busy', 'somebody else is logged in at the router, which ended the reading');
    if (status === 401 || status === 403)
      throw new Refusal('either', `status ${status}: the router refuses the password, or somebody else is logged in`);
    throw new SourceError('status', `status ${status}`);
  }

  async function logIn(signal: AbortSignal): Promise<void> {
    const text = await page('LoginRpm.htm?Save=Save', signal);
    if (!/<\/html>/i.test(text))
      throw new Refusal('unclear', 'nobody knows what became of the login: its answer is cut short', 'truncated');
    const [, token] = /\/([A-Z]{16})\/userRpm\/Index\.htm/.exec(text) ?? [];
    if (token === undefined && /loginErr|LoginRpm|password|passWord/.test(text)) throw new Refusal('either', EITHER);
    place = token === undefined ? '' : `/${token}`;
    headers.referer = `${base}${place}/userRpm/Index.htm`;
    if (token === undefined) headers.authorization = `Basic ${basic(login.password)}`;
    else {
      secrets.addToken(token);
      proved();
    }
  }

  function proved(): void {
    isProved = true;
    trial.accepted();
  }

  /** Without a token, only a page with its data proves the password. */
  async function counters(signal: AbortSignal): Promise<string> {
    const text = await page('SystemStatisticRpm.htm?interval=10&Num_per_page=100&Goto_page=1', signal);
    if (isProved) return text;
    if (!/new\s+Array/.test(text)) throw new Refusal('unclear', 'nobody knows what became of the login: the page has no data', 'parse');
    proved();
    return text;
  }

  return {
    isInside: () => place !== null && isProved,
    async read(signal) {
      await logIn(signal);
      const bits = counterBits ?? 64;
      const text = isProved ? await attempt(() => counters(signal)) : await counters(signal);
      const counted = await attempt(async () => {
        if (text instanceof SourceError) throw text;
        return statisticsOf(text, bits);
      });
      const names = await attempt(async () => leasesOf(await page('AssignedIpAddrListRpm.htm', signal), now()));
      return [
        counted instanceof SourceError ? { source: 'statistics', observation: counted } : counted,
        names instanceof SourceError ? { source: 'leases', observation: names } : names,
      ];
    },
    async leave(signal) {
      await page('LogoutRpm.htm', signal);
      place = null;
    },
  };
}
