import type { Context } from 'koa';
import type { TokenHeaders } from '../auth/presented.ts';
import type { Scope } from '../auth/token.ts';
import { RequestError } from '../views/api-v1/request-error.ts';
import type { Auth } from './deps.ts';
import { isApi, type Needs } from './route.ts';

/** In the words of the VPN panel. */
const MISSING = 'Missing authentication token';

/** For people, who see it when they close the browser's question. */
const IN_BROWSER = ': a browser asks for it as the password, with any user name; "wrtmeter token create NAME" makes one';

/** Why nobody can control anything. */
export const CONTROL_IS_OFF = 'Control is off: set "control: true" in the configuration (or WRTMETER_CONTROL=true) and reload it';

/**
 * Admits a request and returns the name of its token; null if it needed none. Throws a RequestError if it is not allowed.
 * A token that is not needed is not checked. `headers`: where the token is, if not in the request's own headers.
 */
export async function admit(auth: Auth, needs: Needs, context: Context, headers = tokenHeaders(context)): Promise<string | null> {
  const scope = scopeFor(auth, needs);
  if (needs === 'control' || needs === 'reload') refuseOtherSites(context);
  if (scope === null) return null;
  const verdict = await auth.check(headers, context.ip);
  switch (verdict.kind) {
    case 'known':
      if (scope === 'control' && verdict.scope !== 'control')
        throw new RequestError(403, 'This token may only read: use a token of scope control');
      return verdict.name;
    case 'missing':
      challenge(context, scope);
      throw new RequestError(401, scope === 'read' && !isApi(context.path) ? `${MISSING}${IN_BROWSER}` : MISSING);
    case 'wrong':
      challenge(context, scope);
      throw new RequestError(401, 'Invalid or expired token');
    case 'limited':
      context.set('Retry-After', String(verdict.seconds));
      throw new RequestError(429, `Too many wrong tokens: try again in ${verdict.seconds} s`);
    case 'unreadable':
      throw new RequestError(503, 'The tokens cannot be read: see the log');
    default:
      return verdict satisfies never;
  }
}

/** Whether a request shows a token of scope control. */
export async function holdsControlToken(auth: Auth, context: Context): Promise<boolean> {
  const verdict = await auth.check(tokenHeaders(context), context.ip);
  return verdict.kind === 'known' && verdict.scope === 'control';
}

const tokenHeaders = (context: Context): TokenHeaders => ({
  authorization: context.get('Authorization'),
  xApiToken: context.get('X-Api-Token'),
});

/** The scope that a request's token must have; null if it needs none. */
function scopeFor(auth: Auth, needs: Needs): Scope | null {
  const { read, control } = auth.settings();
  switch (needs) {
    case 'nothing':
    case 'form':
      return null;
    case 'read':
      return read === 'token' ? 'read' : null;
    case 'control':
      return 'control';
    case 'reload':
      return read === 'token' || control ? 'control' : null;
    default:
      return needs satisfies never;
  }
}

/** Basic makes a browser ask for a login, and keep and resend it. That is fine for reading, but not for a token that can control. */
function challenge(context: Context, scope: Scope): void {
  context.set('WWW-Authenticate', scope === 'read' ? 'Basic realm="wrtmeter", charset="UTF-8"' : 'Bearer realm="wrtmeter"');
}

/**
 * A page of another site can make a browser send a request with a stored login. Browsers report this in `Sec-Fetch-Site`, but omit that
 * header over http to another machine; they send `Origin` with everything but GET.
 */
function refuseOtherSites(context: Context): void {
  const site = context.get('Sec-Fetch-Site');
  const origin = context.get('Origin');
  if (/^(cross-site|same-site)$/.test(site) || (origin !== '' && hostOf(origin) !== context.get('Host').toLowerCase()))
    throw new RequestError(403, 'Requests from other sites are not allowed here');
}

/** `HOST:PORT` of an origin; null for "null", which pages without an origin send. */
const hostOf = (origin: string): string | null => /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1] ?? null;
