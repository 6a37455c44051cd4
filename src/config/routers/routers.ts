import type { CounterBits } from '../../domain/counter.ts';
import { type Field, type Fields, type Found, groupOf, listOf, readFields, scalar, secret } from '../../fields/fields.ts';
import type { KeyValue, Node } from '../../fields/nodes.ts';
import { fail, type Located, type Problems, shown } from '../../fields/problems.ts';
import { parsePassword, parseToken, parseUsername } from '../../fields/secrets.ts';
import type { Login } from '../../fields/urls.ts';
import { choice, parseBoolean, parseName, parseText, ValueError } from '../../fields/values.ts';
import type { ReadUrl } from '../../sources/kind.ts';
import { KIND_NAMES, KINDS, type KindName, kindOf } from '../../sources/registry.ts';
import { parseDay, parseRate, parseTimeout } from '../values.ts';
import type { AccessEntry } from './access.ts';
import { type LimitsEntry, readRouterLimits } from './limits.ts';

/** A router as written, in any format. */
export interface RouterEntry {
  name: Located<string>;
  was: Located<string>[];
  /** The entry of each kind that it is read by. At least one. */
  kinds: { [K in KindName]?: unknown };
  /** Where the first key of each kind is written. */
  places: { [K in KindName]?: string };
  urls: ReadUrl[];
  access: AccessEntry;
  lineRate?: Located<number>;
  billingDay?: Located<number>;
  timeout?: Located<number>;
  counterBits?: Located<CounterBits>;
  limits?: Located<LimitsEntry>;
}

const field = <T>(key: string, read: Field<T>['read']): Field<T> => ({ key, read });
const bits = choice(['32', '64']);

/** Credentials and TLS settings for reading over HTTP. */
const accessFields = {
  token: field('token', secret(parseToken)),
  tokenFile: field('token_file', scalar(parseText)),
  username: field('username', scalar(parseUsername)),
  password: field('password', secret(parsePassword)),
  passwordFile: field('password_file', scalar(parseText)),
  caFile: field('ca_file', scalar(parseText)),
  insecure: field('insecure', scalar(parseBoolean)),
} as const;

/** Fields that any router may have. */
const commonFields = {
  was: field('was', listOf(parseName, 32)),
  lineRate: field('line_rate', scalar(parseRate)),
  billingDay: field('billing.day', scalar(parseDay)),
  timeout: field('timeout', scalar(parseTimeout)),
  counterBits: field(
    'counter_bits',
    scalar((text): CounterBits => (bits(text) === '32' ? 32 : 64)),
  ),
  limits: field('limits', readRouterLimits),
} as const;

/** The fields of a kind, with names made unique by the kind. */
const prefixed = (kind: KindName): Fields =>
  Object.fromEntries(Object.entries(KINDS[kind].fields).map(([name, value]) => [`${kind}.${name}`, value]));

const kindFields: Fields = Object.assign({}, ...KIND_NAMES.map(prefixed));

/** The keys of a router in wrtmeter.yaml. */
export const routerFields: Fields = { ...kindFields, ...accessFields, ...commonFields };

const readGroup = groupOf('gateway: { url: http://192.168.1.1 }');

/** Reads the routers of wrtmeter.yaml. */
export function readRouters(node: Node, problems: Problems): RouterEntry[] {
  return (readGroup(node, problems) ?? []).flatMap((entry) => readRouter(entry, problems) ?? []);
}

function readRouter({ key, place, value: node }: KeyValue, problems: Problems): RouterEntry | undefined {
  const name = nameOf({ key, place }, problems);
  if (node.kind === 'broken') return undefined;
  const before = problems.errors.length;
  const found = readFields(node, routerFields, problems);
  const { kinds, places, urls } = kindsIn(found, problems);
  const present = KIND_NAMES.filter((kind) => kinds[kind] !== undefined);
  // A wrong key has already been reported, so it is not missing.
  if (present.length === 0) {
    if (problems.errors.length === before) fail(problems, place, 'has no URL to read; use for example url: http://192.168.1.1');
    return undefined;
  }
  const login = loginIn(urls, problems);
  const access = picked(found, accessFields);
  const [useless] = present.some((kind) => kindOf(kind).http !== null) ? [] : Object.values(access);
  if (useless !== undefined) fail(problems, useless.place, 'applies only to a URL, and this router has none; remove it');
  const { was, ...common } = picked(found, commonFields);
  return {
    name,
    was: was?.value ?? [],
    kinds,
    places,
    urls,
    // Do not check combinations if a part is already wrong.
    access: problems.errors.length > before ? {} : { ...access, ...(login && { login }) },
    ...common,
  };
}

/** The entry of each kind in the fields; a router has at most one main kind. */
function kindsIn(found: Found<Fields>, problems: Problems): Pick<RouterEntry, 'kinds' | 'places' | 'urls'> {
  const entries: Pick<RouterEntry, 'kinds' | 'places' | 'urls'> = { kinds: {}, places: {}, urls: [] };
  let main: string | null = null;
  for (const name of KIND_NAMES) {
    const kind = kindOf(name);
    const own = Object.keys(kind.fields).flatMap((inner) => {
      const value = found[`${name}.${inner}`];
      return value === undefined ? [] : [[inner, value] as const];
    });
    const entry = kind.entry(Object.fromEntries(own), problems);
    if (entry === null) continue;
    const urls = kind.urls(entry);
    const place = urls[0]?.place ?? own[0]?.[1].place;
    if (kind.role === 'main') {
      if (main !== null && place !== undefined)
        fail(problems, place, `cannot be used together with ${main}: a router is read in one of the two ways; remove one of them`);
      main ??= kind.fields[own[0]?.[0] ?? '']?.key ?? name;
    }
    entries.kinds[name] = entry;
    if (place !== undefined) entries.places[name] = place;
    entries.urls.push(...urls);
  }
  return entries;
}

/** The found values of the given fields. */
function picked<F extends Fields>(found: Found<Fields>, fields: F): Found<F> {
  return Object.fromEntries(Object.entries(found).filter(([name]) => Object.hasOwn(fields, name))) as Found<F>;
}

/** The login in a router's URLs; different logins are an error. */
export function loginIn(urls: readonly ReadUrl[], problems: Problems): Located<Login> | undefined {
  const logins = urls.flatMap(({ login, place }) => (login === null ? [] : [{ value: login, place }]));
  const [first] = logins;
  const other = logins.find(({ value }) => value.username !== first?.value.username || value.password !== first.value.password);
  if (other !== undefined)
    fail(problems, other.place, 'has a different login than the URL before it; use the same login for all URLs of a router');
  return first;
}

/** The name of a router, device or peer. */
export function nameOf({ key, place }: Pick<KeyValue, 'key' | 'place'>, problems: Problems): Located<string> {
  try {
    parseName(key);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, place, `${shown(key)} ${error.message}`);
  }
  return { value: key, place };
}
