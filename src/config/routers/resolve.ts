import { CLASSIC_SOURCES, type ClassicUrls, type Credentials, type RouterConfig, type RouterRequests, type TlsConfig } from '../config.ts';
import type { Files } from '../files.ts';
import type { Problems } from '../problems.ts';
import { type AccessEntry, credentialsOf, hasCredentials, tlsOf } from './access.ts';
import type { RouterEntry } from './routers.ts';
import { resolveWireguard } from './wireguard.ts';

/** What holds for a router that says nothing of it itself. */
export interface RouterDefaults {
  access: SharedAccess;
  lineRate: number;
  billingDay: number;
}

export interface SharedAccess {
  credentials: Credentials;
  tls: TlsConfig;
}

/** The access that variables give to all routers, their secrets read. */
export async function sharedAccess(access: AccessEntry, files: Files, problems: Problems): Promise<SharedAccess> {
  const credentials = (await credentialsOf(access, files, problems)) ?? { kind: 'none' };
  return { credentials, tls: await tlsOf(access, true, files, problems) };
}

/** A router ready to be read: its secrets fetched from their files, what it leaves open filled in. */
export async function resolveRouter(entry: RouterEntry, defaults: RouterDefaults, files: Files, problems: Problems): Promise<RouterConfig> {
  const { access } = entry;
  const own = hasCredentials(access) ? await credentialsOf(access, files, problems) : null;
  const encrypted = entry.reads.some(({ url }) => url.startsWith('https:'));
  const ownTls = access.caFile !== undefined || access.insecure !== undefined;
  return {
    name: entry.name.value,
    was: entry.was.map(({ value }) => value),
    requests: requestsOf(entry),
    wireguard: entry.wireguard === undefined ? null : await resolveWireguard(entry.wireguard.value, files, problems),
    credentials: own ?? defaults.access.credentials,
    tls: ownTls ? await tlsOf(access, encrypted, files, problems) : defaults.access.tls,
    lineRate: entry.lineRate?.value ?? defaults.lineRate,
    billing: { day: entry.billingDay?.value ?? defaults.billingDay },
    counterBits: entry.counterBits?.value ?? null,
  };
}

function requestsOf({ reads }: RouterEntry): RouterRequests {
  const all = reads.find(({ source }) => source === 'wrtmeter');
  if (all !== undefined) return { kind: 'wrtmeter', url: all.url };
  if (reads.length === 0) return { kind: 'none' };
  const urls: ClassicUrls = {};
  for (const source of CLASSIC_SOURCES) {
    const read = reads.find((candidate) => candidate.source === source);
    if (read !== undefined) urls[source] = read.url;
  }
  return { kind: 'classic', ...urls };
}
