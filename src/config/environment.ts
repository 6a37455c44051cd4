import { nearest } from '../domain/names/nearest.ts';
import type { Found } from '../fields/fields.ts';
import { fail, type Located, type Problems, shown, warn } from '../fields/problems.ts';
import { parsePassword, parseToken, parseUsername } from '../fields/secrets.ts';
import { parseBoolean, parseText, ValueError } from '../fields/values.ts';
import type { AccessEntry } from './routers/access.ts';
import { type Setting, type SettingName, type Settings, settings } from './settings.ts';
import { isTimeZone } from './values.ts';
import type { Environment } from './yaml/interpolate.ts';

/** Variables that are not settings. The access variables apply to every router without its own. */
export const OTHER_VARIABLES = [
  'WRTMETER_CONFIG',
  'WRTMETER_ROUTERS',
  'WRTMETER_TOKEN',
  'WRTMETER_TOKEN_FILE',
  'WRTMETER_USERNAME',
  'WRTMETER_PASSWORD',
  'WRTMETER_PASSWORD_FILE',
  'WRTMETER_CA_FILE',
  'WRTMETER_INSECURE',
] as const;

type Variable = (typeof OTHER_VARIABLES)[number];

/** The value of a variable; an empty one counts as not set, because Docker Compose passes those on. */
export function variable(env: Environment, name: string): Located<string> | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined || value.trim() === '' ? undefined : { value, place: name };
}

/** Parses settings given as text, from variables or options, by setting name. */
export function readSettings(texts: Partial<Record<SettingName, Located<string>>>, problems: Problems): Found<Settings> {
  const found: Partial<Record<SettingName, Located<unknown>>> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const { parse }: Setting<unknown> = settings[name];
    const value = parsed(texts[name], parse, problems, shown);
    if (value !== undefined) found[name] = value;
  }
  return found as Found<Settings>;
}

/** The settings from variables. */
export function environmentSettings(env: Environment, problems: Problems): Found<Settings> {
  const texts = Object.entries(settings).map(([name, setting]) => [name, variable(env, setting.variable)]);
  return readSettings(Object.fromEntries(texts), problems);
}

/** The access from variables, for routers without their own. */
export function environmentAccess(env: Environment, problems: Problems): AccessEntry {
  const read = <T>(name: Variable, parse: (text: string) => T, show = shown) => parsed(variable(env, name), parse, problems, show);
  const before = problems.errors.length;
  const hidden = () => 'the value';
  const access = {
    token: read('WRTMETER_TOKEN', parseToken, hidden),
    tokenFile: read('WRTMETER_TOKEN_FILE', parseText),
    username: read('WRTMETER_USERNAME', parseUsername),
    password: read('WRTMETER_PASSWORD', parsePassword, hidden),
    passwordFile: read('WRTMETER_PASSWORD_FILE', parseText),
    caFile: read('WRTMETER_CA_FILE', parseText),
    insecure: read('WRTMETER_INSECURE', parseBoolean),
  };
  if (problems.errors.length > before) return {};
  return Object.fromEntries(Object.entries(access).filter(([, part]) => part !== undefined));
}

function parsed<T>(
  text: Located<string> | undefined,
  parse: (text: string) => T,
  problems: Problems,
  show: (text: string) => string,
): Located<T> | undefined {
  if (text === undefined) return undefined;
  try {
    return { value: parse(text.value), place: text.place };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, text.place, `${show(text.value)} ${error.message}`);
  }
}

// Kubernetes sets these variables in every container for a service called "wrtmeter".
const SERVICE_LINK = /^WRTMETER_(SERVICE_|PORT($|_))/;

/** Warns about unknown variables that start with WRTMETER_; `used` are those the file refers to. */
export function warnOfUnknown(env: Environment, used: ReadonlySet<string>, problems: Problems): void {
  const known: string[] = [...OTHER_VARIABLES, ...Object.values(settings).map((setting) => setting.variable)];
  for (const name of Object.keys(env).sort()) {
    if (!name.startsWith('WRTMETER_') || known.includes(name) || used.has(name) || SERVICE_LINK.test(name)) continue;
    const near = nearest(name, known);
    warn(problems, name, `unknown variable, ignored${near === null ? '' : `; did you mean "${near}"?`}`);
  }
}

/**
 * The time zone of the system, and UTC where Node cannot name it: `TZ=` as compose makes of an unset variable, `:/etc/localtime`, `MSK`.
 * Warns where TZ is not what is used, for it would count days and months in another zone, unnoticed.
 */
export function systemZone(env: Environment, resolved: string | undefined, problems: Problems): string {
  const zone = resolved !== undefined && isTimeZone(resolved) ? resolved : 'UTC';
  const given = Object.hasOwn(env, 'TZ') ? env.TZ : undefined;
  const name = given?.replace(/^:/, '');
  // A path names a file, and Node a zone by its content.
  if (zone === resolved && (!name?.trim() || name.startsWith('/') || name.endsWith(zone) || isTimeZone(name))) return zone;
  const what = given === undefined ? 'the system names no time zone' : `${shown(given)} is not an IANA time zone`;
  warn(problems, 'TZ', `${what}, so "${zone}" is used; set timezone, or TZ, for example to Europe/Berlin`);
  return zone;
}
