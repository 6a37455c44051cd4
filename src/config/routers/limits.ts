import { type Field, type Read, readFields, scalar } from '../../fields/fields.ts';
import type { Files } from '../../fields/files.ts';
import { fail, type Located, type Problems } from '../../fields/problems.ts';
import { parsePath, parsePort, parseSshTarget } from '../../sources/wireguard/config.ts';
import type { LimitsTransport } from '../config.ts';

/** How limits reach a router, as written. */
export type LimitsEntry = 'wireguard' | SshEntry;

interface SshEntry {
  ssh?: Located<ReturnType<typeof parseSshTarget>>;
  port?: Located<number>;
  keyFile?: Located<string>;
  knownHostsFile?: Located<string>;
}

/** The keys of `limits` of a router in wrtmeter.yaml. */
export const routerLimitsFields = {
  ssh: { key: 'ssh', read: scalar(parseSshTarget) },
  port: { key: 'port', read: scalar(parsePort) },
  keyFile: { key: 'key_file', read: scalar(parsePath) },
  knownHostsFile: { key: 'known_hosts_file', read: scalar(parsePath) },
} as const satisfies Record<string, Field<unknown>>;

/** `limits: wireguard`, or a login whose key can do nothing else. */
export const readRouterLimits: Read<LimitsEntry> = (node, problems) => {
  if (node.kind === 'scalar') return node.text === 'wireguard' ? 'wireguard' : noKeys(node.place, problems);
  const before = problems.errors.length;
  const entry = readFields(node, routerLimitsFields, problems);
  if (problems.errors.length > before) return undefined;
  return entry.ssh === undefined ? noKeys(node.place, problems) : entry;
};

const noKeys = (place: string, problems: Problems): undefined =>
  fail(
    problems,
    place,
    'does not say where to log in; use for example limits: { ssh: root@192.168.1.1, key_file: ./id_limits }',
  ) as undefined;

/** Resolves paths. `hasWireguard`: whether the router has a login of its own for its peers. */
export async function resolveRouterLimits(
  { value, place }: Located<LimitsEntry>,
  hasWireguard: boolean,
  files: Files,
  problems: Problems,
): Promise<LimitsTransport> {
  if (value === 'wireguard') {
    if (!hasWireguard) fail(problems, place, 'is the login of "wireguard", and this router has none; use limits: { ssh: USER@HOST }');
    return { over: 'wireguard' };
  }
  const path = async (file: Located<string> | undefined) => (file === undefined ? null : files.find(file, problems));
  return {
    over: 'ssh',
    ssh: {
      user: value.ssh?.value.user ?? null,
      host: value.ssh?.value.host ?? '',
      port: value.port?.value ?? null,
      keyFile: await path(value.keyFile),
      knownHostsFile: await path(value.knownHostsFile),
    },
  };
}

/** How limits reach a router, in a line. */
export function describeTransport(transport: LimitsTransport): string {
  if (transport.over === 'wireguard') return 'over the login of wireguard';
  const { user, host, port } = transport.ssh;
  return `over ssh ${user === null ? '' : `${user}@`}${host}${port === null ? '' : ` port ${port}`}`;
}
