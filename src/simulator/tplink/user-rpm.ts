import { createHash } from 'node:crypto';
import type { Answering, RouterAnswer, TplinkRouter } from './router.ts';

const html = (body: string): RouterAnswer => ({ status: 200, body: `<html><body>${body}</body></html>` });
const LOGIN_PAGE = html('<form action="/userRpm/LoginRpm.htm"><input type="password"></form>');

const randomToken = (): string => Array.from({ length: 16 }, () => String.fromCharCode(65 + Math.floor(Math.random() * 26))).join('');

/** `/TOKEN/userRpm/…Rpm.htm`, the hash of the password in a cookie. */
export function userRpmAnswers(): Answering {
  let token = '';

  function logIn(router: TplinkRouter, cookie: string | undefined): RouterAnswer {
    const hash = createHash('md5').update(router.password).digest('hex');
    const secret = Buffer.from(`${router.username}:${hash}`).toString('base64');
    const next = randomToken();
    if (router.logins.logIn(next, cookie === `Authorization=Basic%20${secret}`) !== 'in') return LOGIN_PAGE;
    token = next;
    return html(`<script>window.parent.location.href = "http://router/${token}/userRpm/Index.htm";</script>`);
  }

  return (router, { method, path, headers }) => {
    if (method !== 'GET') return null;
    if (path === '/') return LOGIN_PAGE;
    if (path === '/userRpm/LoginRpm.htm?Save=Save') return logIn(router, headers.cookie);
    const [, given = '', page = ''] = /^\/([A-Z]{16})\/userRpm\/(\w+)\.htm/.exec(path) ?? [];
    if (page === '') return null;
    if (given !== token || !router.logins.isIn(token) || headers.referer === undefined)
      return { status: 401, body: 'You have no authority to access this router!' };
    return pageAnswer(router, page, token);
  };
}

function pageAnswer({ logins, table }: TplinkRouter, page: string, token: string): RouterAnswer | null {
  const array = (name: string, rows: string[]) => html(`<script>\nvar ${name} = new Array(\n${[...rows, '0,0'].join(',\n')} );\n</script>`);
  switch (page) {
    case 'SystemStatisticRpm':
      return array(
        'statList',
        table
          .entries()
          .map(
            ({ mac, ip, packets, bytes }, i) =>
              `${i + 1}, "${ip}", "${mac.toUpperCase().replaceAll(':', '-')}", ${packets}, ${bytes}, 0, 0, 0, 0, 0, 0, 0, 0`,
          ),
      );
    case 'AssignedIpAddrListRpm':
      return array(
        'DHCPDynList',
        table.entries().map(({ mac, ip, name }) => `"${name}", "${mac.toUpperCase().replaceAll(':', '-')}", "${ip}", "01:23:45"`),
      );
    case 'LogoutRpm':
      logins.logOut(token);
      return LOGIN_PAGE;
    default:
      return null;
  }
}
