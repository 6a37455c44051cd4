/** The request headers that may contain a token. */
export interface TokenHeaders {
  authorization: string;
  xApiToken: string;
}

/**
 * The token of a request, right or wrong, or null if there is none. `X-Api-Token` takes precedence, because `Authorization` may then
 * belong to a proxy in front. `Authorization` is `Bearer TOKEN` (RFC 6750) or `Basic` with any user name and the token as password
 * (RFC 7617), as sent by Prometheus and browsers.
 */
export function presentedToken({ authorization, xApiToken }: TokenHeaders): string | null {
  const own = xApiToken.trim();
  if (own !== '') return own;
  const [, scheme = '', rest = ''] = /^([A-Za-z0-9-]+) +(.*)$/.exec(authorization.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return rest;
    case 'basic':
      return passwordOf(rest);
    default:
      return null;
  }
}

/** The text after the first colon; a user name has none. Invalid base64 becomes text that is not a token. */
function passwordOf(base64: string): string {
  const login = Buffer.from(base64, 'base64').toString('latin1');
  return login.slice(login.indexOf(':') + 1);
}
