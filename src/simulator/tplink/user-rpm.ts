import { createHash } from 'node:crypto';
import type { Answering, Box, BoxAnswer } from './box.ts';

const html = (body: string): BoxAnswer => ({ status: 200, body: `<html><body>${body}</body></html>` });
const LOGIN_PAGE = html('<form action="/userRpm/LoginRpm.htm"><input type="password"></form>');

const randomToken = (): string => Array.from({ length: 16 }, () => String.fromCharCode(65 + Math.floor(Math.random() * 26))).join('');

/** `/TOKEN/userRpm/…Rpm.htm`, the hash of the password in a cookie. */
export function userRpmAnswers(): Answering {
  let token = '';

  function logIn(box: Box, cookie: string | undefined): BoxAnswer {
    const hash = createHash('md5').update(box.password).digest('hex');
    const secret = Buffer.from(`${box.username}:${hash}`).toString('base64');
    const next = randomToken();
    if (box.desk.logIn(next, cookie === `Authorization=Basic%20${secret}`) !== 'in') return LOGIN_PAGE;
    token = next;
    return html(`<script>window.parent.location.href = "http://router/${token}/userRpm/Index.htm";</script>`);
  }

  return (box, { method, path, headers }) => {
    if (method !== 'GET') return null;
    if (path === '/') return LOGIN_PAGE;
    if (path === '/userRpm/LoginRpm.htm?Save=Save') return logIn(box, headers.cookie);
    const [, given = '', page = ''] = /^\/([A-Z]{16})\/userRpm\/(\w+)\.htm/.exec(path) ?? [];
    if (page === '') return null;
    if (given !== token || !box.desk.isIn(token) || headers.referer === undefined)
      return { status: 401, body: 'You have no authority to access this router!' };
    return pageAnswer(box, page, token);
  };
}

function pageAnswer({ desk, table }: Box, page: string, token: string): BoxAnswer | null {
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
      desk.logOut(token);
      return LOGIN_PAGE;
    default:
      return null;
  }
}
