import { type Answering, decimalAddress, type RouterAnswer, type TplinkRouter } from './router.ts';

/** What these routers answer to a wrong password, and while somebody else is logged in. */
const REFUSED: RouterAnswer = {
  status: 500,
  body: '<html><head><title>500 Internal Server Error</title></head><body><center><h1>500 Internal Server Error</h1></center></body></html>',
};
const FIRST_PAGE: RouterAnswer = {
  status: 200,
  body: '<html><script src="./js/oid_str.js"></script><script src="./js/lib.js"></script></html>',
};
const FORBIDDEN: RouterAnswer = { status: 403, body: '<html><head><title>403 Forbidden</title></head><body></body></html>' };

const HEAD = /^\[([^#\]]+)#[\d,]+#[\d,]+\](\d+),(\d+)$/;

/** `POST /cgi?1&5`, the password in a cookie of each request. */
export const dmAnswers: Answering = (router, { method, path, headers, body }) => {
  if (method === 'GET' && path === '/') return FIRST_PAGE;
  if (method !== 'POST' || !path.startsWith('/cgi?')) return null;
  if (headers.referer === undefined) return FORBIDDEN;
  const [, secret = ''] = /^Authorization=Basic ([A-Za-z0-9+/=]+)$/.exec(headers.cookie ?? '') ?? [];
  const isRight = secret === Buffer.from(`${router.username}:${router.password}`).toString('base64');
  if (router.logins.logIn(secret, isRight) !== 'in') return REFUSED;
  const types = path.slice('/cgi?'.length).split('&');
  return {
    status: 200,
    body: blocksAnswer(router, types, body, () => router.logins.logOut(secret)),
    headers: { 'content-type': 'text/plain' },
  };
};

/** The answer to blocks, without a line end after its last line. */
export function blocksAnswer(
  router: TplinkRouter,
  types: readonly string[],
  body: string,
  logOut: () => unknown,
  knowsDirections = false,
): string {
  const lines = body.split('\r\n').filter((line) => line !== '');
  const blocks = lines.flatMap((line) => {
    const [, oid = '', index = ''] = HEAD.exec(line) ?? [];
    return oid === '' ? [] : [{ oid, index }];
  });
  const answered: string[] = [];
  for (const [i, { oid, index }] of blocks.entries()) {
    if (types[i] === '8' && oid === '/cgi/logout') {
      logOut();
      answered.push('[cgi]0');
      continue;
    }
    const found = objectsOf(router, oid, knowsDirections);
    if (found === null) return `[error]1${i}`;
    for (const [n, fields] of found.entries())
      answered.push(`[${types[i] === '5' ? n + 1 : 0},0,0,0,0,0]${index}`, ...fields.map(([name, value]) => `${name}=${value}`));
  }
  return [...answered, '[error]0'].join('\n');
}

type ObjectFields = (readonly [name: string, value: string | number])[];

function objectsOf({ model, table }: TplinkRouter, oid: string, knowsDirections: boolean): ObjectFields[] | null {
  switch (oid) {
    case 'STAT_CFG':
      return [
        [
          ['enable', table.enabled ? 1 : 0],
          ['interval', 10],
          ['action', 0],
        ],
      ];
    case 'STAT_ENTRY':
      return table.enabled ? table.entries().map(knowsDirections ? directedFields : statisticsFields) : [];
    case 'LAN_HOST_ENTRY':
      return table.entries().map(({ mac, ip, name }) => [
        ['IPAddress', ip],
        ['addressSource', 'DHCP'],
        ['leaseTimeRemaining', 5400],
        ['MACAddress', mac.toUpperCase()],
        ['hostName', name],
        ['X_TP_ConnType', 0],
        ['active', 1],
      ]);
    case 'IGD_DEV_INFO':
      return [
        [
          ['modelName', model],
          ['hardwareVersion', `${model} v1 00000001`],
          ['softwareVersion', '0.9.1'],
        ],
      ];
    default:
      return null;
  }
}

function statisticsFields({ mac, ip, bytes, packets }: ReturnType<TplinkRouter['table']['entries']>[number]): ObjectFields {
  const rest = ['currPkts', 'currBytes', 'currIcmp', 'currUdp', 'currSyn', 'currIcmpMax', 'currUdpMax', 'currSynMax'];
  return [
    ['ipAddress', decimalAddress(ip)],
    ['macAddress', mac.toUpperCase()],
    ['totalPkts', packets],
    ['totalBytes', bytes],
    ...rest.map((name) => [name, 0] as const),
  ];
}

/** Three of four bytes are received. */
function directedFields({ mac, ip, bytes }: ReturnType<TplinkRouter['table']['entries']>[number]): ObjectFields {
  const upload = Math.floor(bytes / 4);
  return [
    ['ipAddress', decimalAddress(ip)],
    ['macAddress', mac.toUpperCase()],
    ['totalBytesRx', bytes - upload],
    ['totalBytesTx', upload],
    ['currBytesRx', 0],
    ['currBytesTx', 0],
  ];
}
