import type { Exchange } from '../../app/from-config.ts';
import { secretsOf } from '../../sources/tplink/secrets.ts';

/** Fields whose values tell what an answer means, and nothing of the home. All others are replaced. */
const KEPT = new Set([
  ...[
    'enable',
    'interval',
    'action',
    'totalPkts',
    'totalBytes',
    'currPkts',
    'currBytes',
    'totalBytesRx',
    'totalBytesTx',
    'currBytesRx',
    'currBytesTx',
  ],
  ...['addressSource', 'leaseTimeRemaining', 'X_TP_ConnType', 'active', 'modelName', 'hardwareVersion', 'softwareVersion'],
  ...[
    'success',
    'errorcode',
    'total_byte',
    'rerx_byte',
    'retx_byte',
    'device_type',
    'wire_type',
    'leasetime',
    'mode',
    'failureCount',
    'attemptsAllowed',
  ],
  ...[
    'deviceTag',
    'isGuest',
    'downloadSpeed',
    'uploadSpeed',
    'txrate',
    'rxrate',
    'onlineTime',
    'trafficUsage',
    'trafficUsed',
    'signal',
    'seq',
    'operation',
  ],
]);
/** Of these, the ones that have words. */
const WORDS = new Set([
  ...['addressSource', 'X_TP_ConnType', 'modelName', 'hardwareVersion', 'softwareVersion'],
  ...['errorcode', 'device_type', 'wire_type', 'mode', 'deviceTag', 'operation'],
]);
const MAC = /[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}/gi;
const ADDRESS = /\b(?:\d{1,3}\.){3}\d{1,3}\b/g;
const LONGEST = 20_000;
const DEEPEST = 12;
/** Keys of JSON that are of the firmware; what is in them is hidden. */
const NAMED = new Set([
  ...['data', 'list', 'lists', 'traffic', 'devices', 'dhcp_clients', 'key', 'password', 'stok', 'username', 'others', 'timeout'],
  ...['access_devices_wired', 'access_devices_wireless_host', 'access_devices_wireless_guest'],
  ...['mac', 'ip', 'macaddr', 'ipaddr', 'hostname', 'name', 'deviceName', 'deviceType', 'sign'],
]);

/** Replaces what is of the home: the same MAC and address always by the same other one. */
function disguise() {
  const macs = new Map<string, number>();
  const addresses = new Map<string, number>();
  const number = (known: Map<string, number>, key: string): number => {
    const found = known.get(key) ?? known.size + 1;
    known.set(key, found);
    return found;
  };
  const mac = (text: string) => {
    const mark = text.includes('-') ? '-' : ':';
    const hex = number(macs, text.toLowerCase().replaceAll('-', ':')).toString(16).padStart(4, '0');
    return ['02', '00', '00', '00', hex.slice(0, 2), hex.slice(2)].join(mark);
  };
  const address = (text: string) => `192.0.2.${number(addresses, text) % 256}`;
  /** Keeps MACs and addresses, disguised, and hides what else there is. */
  return (name: string, value: string): string => {
    if (value === '' || (KEPT.has(name) && isHarmless(name, value))) return value;
    if (new RegExp(`^${MAC.source}$`, 'i').test(value)) return mac(value);
    if (new RegExp(`^${ADDRESS.source}$`).test(value)) return address(value);
    if (/^\d{8,10}$/.test(value) && /^ip/i.test(name)) return String(3_221_225_984 + number(addresses, value));
    return `(${value.length} characters)`;
  };
}

/** Whether the value of a kept field is one of its kind: a figure, a word of the firmware, or a model. A router may put anything there. */
const isHarmless = (name: string, value: string): boolean =>
  /^-?\d{1,20}$|^\d{1,3}:\d\d:\d\d$|^(true|false|null)$/i.test(value) || (WORDS.has(name) && /^[\w .,:()/-]{1,64}$/.test(value));

type Disguise = ReturnType<typeof disguise>;

/** A record of what was said between us and routers, without passwords, tokens, names, or addresses of the home. */
export function captureText(exchanges: readonly Exchange[], version: string): string {
  const hide = disguise();
  const known = exchanges.map(({ login }) => (login === null ? null : secretsOf(login)));
  for (const { request, answer } of exchanges)
    for (const token of tokensOf(request.url, typeof answer === 'string' ? '' : answer.text))
      for (const secrets of known) secrets?.addToken(token);
  const lines = exchanges.flatMap(({ router, request, answer }, i) => [
    `--- ${i + 1}, router ${exchanges.findIndex((other) => other.router === router) + 1}`,
    `> ${request.method ?? (request.body === undefined ? 'GET' : 'POST')} ${pathOf(request.url)}`,
    ...textOf(request.body ?? '', hide).map((line) => `> ${line}`),
    ...(typeof answer === 'string'
      ? [`< ${answer}`]
      : [`< status ${answer.status}, ${answer.text.length} characters`, ...textOf(answer.text, hide).map((line) => `< ${line}`)]),
  ]);
  const text = ['wrtmeter capture 1', `version ${version}`, ...lines, ''].join('\n').slice(0, 100 * LONGEST);
  // Whatever a router repeated where nobody expects it.
  return known.reduce((safe, secrets) => secrets?.hide(safe) ?? safe, text);
}

/** The tokens of a session in an address, and in an answer. */
const tokensOf = (url: string, text: string): string[] =>
  [/;stok=(\w+)/.exec(url), /\/([A-Z]{16})\/userRpm/.exec(url), /"stok"\s*:\s*"(\w+)"/.exec(text)].flatMap((found) => found?.[1] ?? []);

/** The path without tokens, and of its query the names alone where it may have secrets. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  const path = pathname.replace(/;stok=[^/]*/, ';stok=TOKEN').replace(/^\/[A-Z]{16}\//, '/TOKEN/');
  const query = /login/i.test(path) && !/^\?form=\w+$/.test(search) ? search.replace(/=[^&]*/g, '=…') : search;
  return `${path}${query.slice(0, 200)}`;
}

function textOf(text: string, hide: Disguise): string[] {
  if (text === '') return [];
  const json = jsonOf(text);
  if (json !== undefined) return [JSON.stringify(hidden('', json, hide)).slice(0, LONGEST)];
  const part = text.slice(0, LONGEST);
  if (/^\w+=[^&\n]*(&\w+=[^&\n]*)*$/.test(part))
    return [part.replace(/(\w+)=([^&]*)/g, (_, name: string, value: string) => `${name}=${hide(name, value)}`)];
  return part.split(/\r?\n/).map((line) => lineOf(line, hide));
}

/** A block's head, a field, or a line of a page, whose texts in quotes are hidden. */
function lineOf(line: string, hide: Disguise): string {
  if (/^\[[\w/,#]*\]\d*(,\d+)?$/.test(line) || line === '') return line;
  const [, name = '', value = ''] = /^(\w{1,40})=(.*)$/.exec(line) ?? [];
  if (name !== '') return `${name}=${hide(name, value)}`;
  if (/^var \w+ ?= ?new Array\($/.test(line)) return line;
  const hiddenTexts = line.replace(/"([^"]*)"/g, (_, text: string) => `"${hide('', text)}"`);
  const outside = hiddenTexts.replace(/"[^"]*"/g, '');
  return /^[\d\s,();]*$/.test(outside) && hiddenTexts !== line ? hiddenTexts : `(${line.length} characters)`;
}

function hidden(name: string, value: unknown, hide: Disguise, depth = 0): unknown {
  if (depth > DEEPEST) return '(deeper)';
  if (typeof value === 'string') return hide(name, value);
  if (Array.isArray(value)) return value.slice(0, 256).map((one) => hidden(name, one, hide, depth + 1));
  if (typeof value === 'number') return KEPT.has(name) ? value : '(number)';
  if (typeof value !== 'object' || value === null) return value;
  // A key may be a name too, such as that of a network, or a password.
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 256)
      .map(([key, one], i) => [
        NAMED.has(key) || KEPT.has(key) ? key : `(${key.length} characters, ${i + 1})`,
        hidden(key, one, hide, depth + 1),
      ]),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
