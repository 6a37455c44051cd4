import { ANY_STATUS, type RouterIo } from '../protocol.ts';
import { Refusal } from '../refusal.ts';

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

/** The number that a script of the router ends with; null if there is none. */
export function resultOf(text: string): number | null {
  const [, code] = /\$\.ret\s*=\s*(\d{1,9})/.exec(text.slice(0, 4096)) ?? [];
  return code === undefined ? null : Number(code);
}

/** What a login that failed with a number means. */
export function loginRefusal(code: number): Refusal {
  if (code === 71_233) return new Refusal('password', 'the router refused the password');
  if (code === 71_017) return new Refusal('password', 'the password has characters that the router does not accept');
  return new Refusal('unclear', `somebody else is logged in at the router, or it refuses the login for another reason (number ${code})`);
}
