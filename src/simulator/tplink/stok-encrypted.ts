import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { routerKey } from './keys.ts';
import type { Answering, RouterAnswer, TplinkRouter } from './router.ts';
import { EXPIRED, json, keyAnswer } from './stok.ts';

/**
 * As `stokAnswers`, encrypted. `counts`: whether the model has what each machine moved.
 */
export function stokEncryptedAnswers(counts: boolean): Answering {
  const passwordKey = routerKey(1024);
  const sealingKey = routerKey(512);
  let seq = 400_000_000;
  let session: { stok: string; cookie: string; key: string; iv: string } | null = null;
  const seal = (key: string, iv: string, body: unknown): RouterAnswer => {
    const cipher = createCipheriv('aes-128-cbc', key, iv);
    return json({ data: Buffer.concat([cipher.update(JSON.stringify(body)), cipher.final()]).toString('base64') });
  };

  function logIn(router: TplinkRouter, signature: URLSearchParams, form: URLSearchParams): RouterAnswer {
    const [key, iv] = [signature.get('k') ?? '', signature.get('i') ?? ''];
    const hash = createHash('md5').update(`${router.username}${router.password}`).digest('hex');
    const isRight = passwordKey.decrypt(form.get('password') ?? '') === router.password && signature.get('h') === hash;
    const id = randomBytes(16).toString('hex');
    switch (router.logins.logIn(id, isRight)) {
      case 'locked':
        return seal(key, iv, { success: false, errorcode: 'exceeded max attempts', data: { failureCount: 10, attemptsAllowed: 0 } });
      case 'wrong':
        return seal(key, iv, { success: false, errorcode: 'login failed', data: { attemptsAllowed: router.logins.attemptsLeft } });
      case 'busy':
        return seal(key, iv, { success: false, errorcode: 'user conflict' });
      case 'in': {
        session = { stok: id, cookie: randomBytes(16).toString('hex'), key, iv };
        return { ...seal(key, iv, { success: true, data: { stok: id } }), headers: { 'set-cookie': `sysauth=${session.cookie};path=/` } };
      }
    }
  }

  function openForm(key: string, iv: string, data: string): URLSearchParams | null {
    try {
      const decipher = createDecipheriv('aes-128-cbc', key, iv);
      return new URLSearchParams(Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString());
    } catch {
      return null;
    }
  }

  return (router, { method, path, headers, body }) => {
    const [, stok = '', page = ''] = /^\/cgi-bin\/luci\/;stok=(\w*)\/(.+)$/.exec(path) ?? [];
    if (method !== 'POST' || page === '') return null;
    const given = new URLSearchParams(body);
    const { n, e } = sealingKey;
    if (page === 'login?form=keys') return keyAnswer(passwordKey);
    if (page === 'login?form=auth') return json({ success: true, data: { seq, key: [n, e] } });
    const data = given.get('data') ?? '';
    const signature = new URLSearchParams(sealingKey.decrypt(given.get('sign') ?? '') ?? '');
    if (signature.get('s') !== String(seq + data.length)) return EXPIRED;
    if (page === 'login?form=login') {
      const form = openForm(signature.get('k') ?? '', signature.get('i') ?? '', data);
      return form === null ? EXPIRED : logIn(router, signature, form);
    }
    const own = session;
    if (own === null || own.stok !== stok || !router.logins.isIn(stok) || headers.cookie !== `sysauth=${own.cookie}`) return EXPIRED;
    const operation = openForm(own.key, own.iv, data)?.get('operation') ?? '';
    seq += page.includes('logout') ? 1 : 0;
    return seal(own.key, own.iv, newerPage(router, `${page} ${operation}`, stok, counts));
  };
}

function newerPage({ logins, table }: TplinkRouter, asked: string, stok: string, counts: boolean): unknown {
  const mac = (address: string) => address.toUpperCase().replaceAll(':', '-');
  switch (asked) {
    case 'admin/status?form=all read':
      return {
        success: true,
        data: {
          access_devices_wired: table
            .entries()
            .map((entry) => ({ macaddr: mac(entry.mac), ipaddr: entry.ip, hostname: entry.name, wire_type: 'wired' })),
          access_devices_wireless_host: [],
        },
      };
    case 'admin/smart_network?form=game_accelerator loadDevice':
      return counts
        ? {
            success: true,
            data: table.entries().map((entry) => ({ mac: mac(entry.mac), ip: entry.ip, trafficUsage: entry.bytes, downloadSpeed: 0 })),
          }
        : { success: false, errorcode: 'not supported' };
    case 'admin/system?form=logout write':
      logins.logOut(stok);
      return { success: true, data: {} };
    default:
      return { success: false, errorcode: 'no such page' };
  }
}
