import { randomBytes } from 'node:crypto';
import { type RouterKey, routerKey } from './keys.ts';
import type { Answering, RouterAnswer, TplinkRouter } from './router.ts';

export const json = (body: unknown, headers: Record<string, string> = {}): RouterAnswer => ({
  status: 200,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});
const fault = (errorcode: string, data?: unknown): RouterAnswer => json({ success: false, errorcode, ...(data !== undefined && { data }) });
export const EXPIRED: RouterAnswer = { status: 403, body: 'Forbidden' };

/** `POST /cgi-bin/luci/;stok=…`, the password encrypted, a token in the path and a cookie. */
export function stokAnswers(): Answering {
  const key = routerKey(1024);
  let session: { stok: string; cookie: string } | null = null;

  function logIn(router: TplinkRouter, form: URLSearchParams): RouterAnswer {
    const isRight = key.decrypt(form.get('password') ?? '') === router.password;
    if (form.get('confirm') === 'true') throw new Error('Somebody else was thrown out');
    const id = randomBytes(16).toString('hex');
    switch (router.logins.logIn(id, isRight)) {
      case 'locked':
        return fault('exceeded max attempts', { failureCount: 10, attemptsAllowed: 0 });
      case 'wrong':
        return fault('login failed', { failureCount: 1, attemptsAllowed: router.logins.attemptsLeft });
      case 'busy':
        return fault('user conflict');
      case 'in':
        session = { stok: id, cookie: randomBytes(16).toString('hex') };
        return json({ success: true, data: { stok: id } }, { 'set-cookie': `sysauth=${session.cookie};path=/cgi-bin/luci/;stok=${id}` });
    }
  }

  return (router, { method, path, headers, body }) => {
    const [, stok = '', page = ''] = /^\/cgi-bin\/luci\/;stok=(\w*)\/(.+)$/.exec(path) ?? [];
    if (method !== 'POST' || page === '') return null;
    const form = new URLSearchParams(body);
    const operation = form.get('operation');
    if (page === 'login?form=login') return operation === 'login' ? logIn(router, form) : keyAnswer(key);
    const isOurs = session !== null && session.stok === stok && router.logins.isIn(stok) && headers.cookie === `sysauth=${session.cookie}`;
    if (!isOurs) return EXPIRED;
    return pageAnswer(router, page, operation, stok);
  };
}

export const keyAnswer = ({ n, e }: RouterKey): RouterAnswer =>
  json({ success: true, data: { password: [n, e], mode: 'router', username: '' } });

function pageAnswer({ logins, table }: TplinkRouter, page: string, operation: string | null, stok: string): RouterAnswer {
  switch (`${page} ${operation}`) {
    case 'admin/traffic?form=lists load':
      return json({
        success: true,
        data: table.entries().map(({ mac, ip, name, bytes }) => ({
          ip: `${ip}/${name}`,
          mac: mac.toUpperCase().replaceAll(':', '-'),
          total_byte: String(bytes),
          rerx_byte: 0,
          retx_byte: 0,
          device_name: name,
        })),
      });
    case 'admin/dhcps?form=client load':
      return json({
        success: true,
        data: table.entries().map(({ mac, ip, name }) => ({
          macaddr: mac.toUpperCase().replaceAll(':', '-'),
          ipaddr: ip,
          name,
          leasetime: '1:30:0',
        })),
      });
    case 'admin/system?form=logout write':
      logins.logOut(stok);
      return json({ success: true });
    default:
      return fault('no such page');
  }
}
