import { CLASSIC_SOURCES, type CounterBits } from '../config.ts';
import { fail, type Located, type Problems, shown } from '../problems.ts';
import { choice, parseBoolean, parseDay, parseName, parseRate, parseText, ValueError } from '../values.ts';
import { type Field, group, listOf, optional, readFields, scalar, secret } from '../yaml/fields.ts';
import type { KeyValue, Node } from '../yaml/nodes.ts';
import { type AccessEntry, parsePassword, parseToken, parseUsername } from './access.ts';
import { type Login, parseScriptUrl, parseUrl, type RouterUrl } from './urls.ts';
import { readWireguard, type WireguardEntry } from './wireguard.ts';

/** A router as written, whatever it was written in. */
export interface RouterEntry {
  name: Located<string>;
  was: Located<string>[];
  reads: RouterRead[];
  access: AccessEntry;
  lineRate?: Located<number>;
  billingDay?: Located<number>;
  counterBits?: Located<CounterBits>;
  wireguard?: Located<WireguardEntry>;
}

/** One URL that a router is read by. */
export interface RouterRead {
  source: 'wrtmeter' | (typeof CLASSIC_SOURCES)[number];
  url: string;
  place: string;
}

const field = <T>(key: string, read: Field<T>['read']): Field<T> => ({ key, read });
const bits = choice(['32', '64']);

/** Every key of a router in wrtmeter.yaml. */
export const routerFields = {
  url: field('url', scalar(parseScriptUrl)),
  stations: field('urls.stations', optional(parseUrl)),
  wan: field('urls.wan', optional(parseUrl)),
  leases: field('urls.leases', optional(parseUrl)),
  hosts: field('urls.hosts', optional(parseUrl)),
  was: field('was', listOf(parseName, 32)),
  token: field('token', secret(parseToken)),
  tokenFile: field('token_file', scalar(parseText)),
  username: field('username', scalar(parseUsername)),
  password: field('password', secret(parsePassword)),
  passwordFile: field('password_file', scalar(parseText)),
  caFile: field('ca_file', scalar(parseText)),
  insecure: field('insecure', scalar(parseBoolean)),
  lineRate: field('line_rate', scalar(parseRate)),
  billingDay: field('billing.day', scalar(parseDay)),
  counterBits: field(
    'counter_bits',
    scalar((text): CounterBits => (bits(text) === '32' ? 32 : 64)),
  ),
  wireguard: field('wireguard', readWireguard),
} as const;

/** The routers of wrtmeter.yaml. */
export function readRouters(node: Node, problems: Problems): RouterEntry[] {
  return (group(node, problems) ?? []).flatMap((entry) => readRouter(entry, problems) ?? []);
}

function readRouter(entry: KeyValue, problems: Problems): RouterEntry | undefined {
  const name = nameOf(entry, problems);
  if (entry.value.kind === 'broken') return undefined;
  const before = problems.errors.length;
  const found = readFields(entry.value, routerFields, problems);
  const { url, was, wireguard, stations: _, wan: __, leases: ___, hosts: ____, ...rest } = found;
  const classic = CLASSIC_SOURCES.flatMap((source) => readOf(source, found[source]) ?? []);
  if (url !== undefined && classic[0] !== undefined) {
    fail(problems, classic[0].place, 'stands beside url, which reads everything; remove one of them');
  }
  const reads = url === undefined ? classic : [{ source: 'wrtmeter' as const, url: url.value.url, place: url.place }];
  if (reads.length === 0) {
    // A URL that was wrong has been reported, and is not missing.
    if (problems.errors.length === before && wireguard === undefined)
      fail(problems, entry.place, 'has no URL to read; write for example url: http://192.168.1.1');
    if (wireguard === undefined) return undefined;
  }
  const login = loginIn([found.url, found.stations, found.wan, found.leases, found.hosts], problems);
  const { lineRate, billingDay, counterBits, ...access } = rest;
  const [useless] = reads.length === 0 ? Object.values(access) : [];
  if (useless !== undefined) fail(problems, useless.place, 'is for a URL, and this router has none; remove it');
  return {
    name,
    was: was?.value ?? [],
    reads,
    // What goes together cannot be told where a part was wrong.
    access: problems.errors.length > before ? {} : { ...access, ...(login && { login }) },
    ...(lineRate && { lineRate }),
    ...(billingDay && { billingDay }),
    ...(counterBits && { counterBits }),
    ...(wireguard && { wireguard }),
  };
}

/** The read of a classic URL, unless it was left empty. */
export function readOf(source: RouterRead['source'], url: Located<RouterUrl | null> | undefined): RouterRead | undefined {
  return url?.value ? { source, url: url.value.url, place: url.place } : undefined;
}

/** The one login of a router's URLs. */
export function loginIn(urls: readonly (Located<RouterUrl | null> | undefined)[], problems: Problems): Located<Login> | undefined {
  const logins = urls.flatMap((url) => (url?.value?.login ? { value: url.value.login, place: url.place } : []));
  const [first] = logins;
  const other = logins.find(({ value }) => value.username !== first?.value.username || value.password !== first.value.password);
  if (other !== undefined) fail(problems, other.place, 'has another login than the URL before it; a router has one, so make them alike');
  return first;
}

/** The name that the user gave a router or device. */
export function nameOf(entry: KeyValue, problems: Problems): Located<string> {
  try {
    parseName(entry.key);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, entry.place, `${shown(entry.key)} ${error.message}`);
  }
  return { value: entry.key, place: entry.place };
}
