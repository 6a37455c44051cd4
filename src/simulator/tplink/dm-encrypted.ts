import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { blocksAnswer } from './dm.ts';
import { type RouterKey, routerKey } from './keys.ts';
import type { Answering, RouterAnswer, TplinkRouter } from './router.ts';

const SCRIPT = { 'content-type': 'text/javascript' };
const REFUSED: RouterAnswer = { status: 500, body: '<html><head><title>500 Internal Server Error</title></head></html>' };

/** Who is logged in, and what both sides encrypt with. */
interface Encrypted {
  id: string;
  key: string;
  iv: string;
  token: string;
}

/**
 * `POST /cgi_gdpr`. `address`: as MR models, which log in in the address, sign without padding, and know the directions. `block`: as C50 v4,
 * which logs in with a block and pads.
 */
export function dmEncryptedAnswers(way: 'address' | 'block'): Answering {
  const key = routerKey(512, way === 'address' ? 'raw' : 'pkcs1');
  let seq = 123_456_789;
  let session: Encrypted | null = null;

  /** The fields of a signature; null where it is not one of this router for this data. */
  function signed(router: TplinkRouter, sign: string, data: string): URLSearchParams | null {
    const text = key.decrypt(sign);
    const fields = text === null ? null : new URLSearchParams(text);
    if (fields === null || fields.get('s') !== String(seq + data.length)) return null;
    return fields.get('h') === null || !/^\w{32}$/.test(fields.get('h') ?? '') || router.username === '' ? null : fields;
  }

  function letIn(router: TplinkRouter, fields: URLSearchParams, isRight: boolean): string {
    const id = `${fields.get('key')}${fields.get('iv')}`;
    switch (router.logins.logIn(id, isRight)) {
      case 'in':
        session = { id, key: fields.get('key') ?? '', iv: fields.get('iv') ?? '', token: 'a1b2c3d4e5f6' };
        return '$.ret=0;\n';
      case 'wrong':
        return `$.ret=71233;\nvar currAuthTimes=1;\nvar currForbidTime=0;\n`;
      case 'locked':
        return `$.ret=71233;\nvar currAuthTimes=5;\nvar currForbidTime=7200;\n`;
      case 'busy':
        return '$.ret=71235;\n';
    }
  }

  const hashOf = ({ username, password }: TplinkRouter) => createHash('md5').update(`${username}${password}`).digest('hex');

  function loginInAddress(router: TplinkRouter, query: URLSearchParams): RouterAnswer {
    const [data, sign] = [query.get('data') ?? '', query.get('sign') ?? ''];
    const fields = signed(router, sign, data);
    if (fields === null) return { status: 200, body: '$.ret=71234;\n', headers: SCRIPT };
    const plain = decrypt(fields.get('key') ?? '', fields.get('iv') ?? '', data);
    const isRight = plain === `${router.username}\n${router.password}` && fields.get('h') === hashOf(router);
    return {
      status: 200,
      body: letIn(router, fields, isRight),
      headers: { ...SCRIPT, 'set-cookie': 'JSESSIONID=0123456789abcdef; path=/' },
    };
  }

  function encrypted(router: TplinkRouter, body: string, tokenId: unknown): RouterAnswer {
    const [, sign = '', data = ''] = /^sign=(\w+)\r\ndata=(\S+)\r\n$/.exec(body) ?? [];
    const fields = signed(router, sign, data);
    if (fields === null) return REFUSED;
    const isLogin = fields.has('key');
    const [aesKey, iv] = isLogin ? [fields.get('key') ?? '', fields.get('iv') ?? ''] : [session?.key ?? '', session?.iv ?? ''];
    const plain = aesKey === '' ? null : decrypt(aesKey, iv, data);
    if (plain === null) return REFUSED;
    const [types = '', ...lines] = plain.split('\r\n');
    if (isLogin) {
      if (way !== 'block' || types !== '8' || !lines[0]?.startsWith('[/cgi/login#')) return REFUSED;
      const isRight = lines.includes(`username=${router.username}`) && lines.includes(`password=${router.password}`);
      return { status: 200, body: encrypt(aesKey, iv, `[cgi]0\n${letIn(router, fields, isRight)}[error]0`) };
    }
    const own = session;
    if (own === null || !router.logins.isIn(own.id) || (way === 'address' && tokenId !== own.token)) return REFUSED;
    const answer = blocksAnswer(router, types.split('&'), lines.join('\r\n'), () => router.logins.logOut(own.id), way === 'address');
    return { status: 200, body: encrypt(aesKey, iv, answer) };
  }

  return (router, { method, path, headers, body }) => {
    if (method === 'GET' && path === '/')
      return { status: 200, body: `<html><script>var token="${session?.token ?? ''}";</script></html>` };
    if (method !== 'POST') return null;
    if (path === '/cgi/getParm') {
      seq += 1;
      return { status: 200, body: parameters(key, seq), headers: SCRIPT };
    }
    if (path.startsWith('/cgi/login?')) return way === 'address' ? loginInAddress(router, new URLSearchParams(path.slice(11))) : REFUSED;
    return path === '/cgi_gdpr' ? encrypted(router, body, headers.tokenid) : null;
  };
}

const parameters = ({ n, e }: RouterKey, seq: number): string =>
  `[cgi]0\nvar ee="${e}";\nvar nn="${n}";\nvar seq="${seq}";\n$.ret=0;\n[error]0`;

function encrypt(key: string, iv: string, text: string): string {
  const cipher = createCipheriv('aes-128-cbc', key, iv);
  return Buffer.concat([cipher.update(text), cipher.final()]).toString('base64');
}

function decrypt(key: string, iv: string, data: string): string | null {
  try {
    const decipher = createDecipheriv('aes-128-cbc', key, iv);
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString();
  } catch {
    return null;
  }
}
