import type { Files } from '../../fields/files.ts';
import { fail, type Problems } from '../../fields/problems.ts';
import type { Login } from '../../fields/urls.ts';
import { KIND_NAMES, type KindConfig, kindOf } from '../../sources/registry.ts';
import type { Credentials, RouterConfig, TlsConfig } from '../config.ts';
import { type AccessEntry, credentialsIn, credentialsOf, tlsOf } from './access.ts';
import { resolveRouterLimits } from './limits.ts';
import type { RouterEntry } from './routers.ts';

/** Defaults for a router without its own values. */
export interface RouterDefaults {
  access: SharedAccess;
  lineRate: number;
  billingDay: number;
  timeout: number;
}

export interface SharedAccess {
  credentials: Credentials;
  tls: TlsConfig;
}

/** Resolves the access from variables; reads secrets from their files. */
export async function sharedAccess(access: AccessEntry, files: Files, problems: Problems): Promise<SharedAccess> {
  const credentials = (await credentialsOf(access, files, problems)) ?? { kind: 'none' };
  return { credentials, tls: await tlsOf(access, true, files, problems) };
}

/** Resolves a router: reads secrets from their files and fills in defaults. */
export async function resolveRouter(entry: RouterEntry, defaults: RouterDefaults, files: Files, problems: Problems): Promise<RouterConfig> {
  const before = problems.errors.length;
  const { access } = entry;
  const [given] = credentialsIn(access);
  const own = given === undefined ? null : await credentialsOf(access, files, problems);
  const encrypted = entry.urls.some(({ url }) => url.startsWith('https:'));
  const ownTls = access.caFile !== undefined || access.insecure !== undefined;
  const credentials = own ?? defaults.access.credentials;
  const kinds = await resolveKinds(entry, files, problems);
  // A password that cannot be read is not one that is missing.
  const isRead = problems.errors.length === before;
  for (const config of kinds) {
    const lack = kindOf(config.kind).lacks(config, loginOf(credentials));
    if (isRead && lack !== null) fail(problems, entry.places[config.kind] ?? entry.name.place, lack);
  }
  if (isRead && given !== undefined && !kinds.some(usesCredentials))
    fail(problems, given.place, 'has no effect: what is read over HTTP here has a login of its own; remove one of the two');
  const hasWireguard = kinds.some(({ kind }) => kind === 'wireguard');
  return {
    name: entry.name.value,
    was: entry.was.map(({ value }) => value),
    kinds,
    credentials,
    tls: ownTls ? await tlsOf(access, encrypted, files, problems) : defaults.access.tls,
    lineRate: entry.lineRate?.value ?? defaults.lineRate,
    billing: { day: entry.billingDay?.value ?? defaults.billingDay },
    timeout: entry.timeout?.value ?? defaults.timeout,
    counterBits: entry.counterBits?.value ?? null,
    limits: entry.limits === undefined ? null : await resolveRouterLimits(entry.limits, hasWireguard, files, problems),
  };
}

/** Whether requests carry the router's credentials, or it logs in with them for lack of a login of its own. */
const usesCredentials = (config: KindConfig): boolean => {
  const { http, logsIn, lacks } = kindOf(config.kind);
  return http !== null && (!logsIn || lacks(config, null) !== null);
};

/** A user name and password among the credentials. */
export const loginOf = (credentials: Credentials): Login | null =>
  credentials.kind === 'basic' ? { username: credentials.username, password: credentials.password } : null;

async function resolveKinds({ kinds }: RouterEntry, files: Files, problems: Problems): Promise<KindConfig[]> {
  const configs: KindConfig[] = [];
  for (const kind of KIND_NAMES) {
    const entry = kinds[kind];
    if (entry !== undefined) configs.push({ kind, ...(await kindOf(kind).resolve(entry, files, problems)) } as KindConfig);
  }
  return configs;
}
