/** The request headers that may hold a token, as they came. */
export interface TokenHeaders {
  authorization: string;
  xApiToken: string;
}

/**
 * The token that a request presents, right or wrong, or null where it presents none. `X-Api-Token` counts first: beside it, the other
 * header may belong to a proxy in front. `Authorization` is `Bearer TOKEN` (RFC 6750) or `Basic` with any user name and the token as
 * its password (RFC 7617), as Prometheus and browsers send it.
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

/** What stands behind the first colon; a user name has none. Text that is no base64 comes out as something that is no token. */
function passwordOf(base64: string): string {
  const login = Buffer.from(base64, 'base64').toString('latin1');
  return login.slice(login.indexOf(':') + 1);
}
