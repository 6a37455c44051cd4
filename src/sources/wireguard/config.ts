import { isIP } from 'node:net';
import { type Field, listOf, type Read, readFields, scalar } from '../../fields/fields.ts';
import type { Files } from '../../fields/files.ts';
import { fail, type Located, type Problems } from '../../fields/problems.ts';
import { choice, parseBoolean, ValueError } from '../../fields/values.ts';
import type { MachineTarget } from '../kind.ts';
import { TOOLS, type Tool } from './probe.ts';

/** A WireGuard or AmneziaWG server, resolved. */
export interface WireguardConfig extends MachineTarget {
  /** `auto` uses whichever is installed. */
  tool: Tool | 'auto';
  /** Empty = all of them. */
  interfaces: string[];
  /** Path on the server, with `%i` for the interface; `none` = read no file, null = the usual paths. */
  configFile: string | null;
}

/** A WireGuard server as written. */
export interface WireguardEntry {
  tool?: Located<WireguardConfig['tool']>;
  interfaces?: Located<Located<string>[]>;
  configFile?: Located<string>;
  sudo?: Located<boolean>;
  container?: Located<string>;
  ssh?: Located<SshTarget>;
  port?: Located<number>;
  keyFile?: Located<string>;
  knownHostsFile?: Located<string>;
}

type SshTarget = Pick<NonNullable<MachineTarget['ssh']>, 'user' | 'host'>;

const field = <T>(key: string, read: Field<T>['read']): Field<T> => ({ key, read });

/** The keys of `wireguard` of a router in wrtmeter.yaml. */
export const wireguardFields = {
  ssh: field('ssh', scalar(parseSshTarget)),
  port: field('port', scalar(parsePort)),
  keyFile: field('key_file', scalar(parsePath)),
  knownHostsFile: field('known_hosts_file', scalar(parsePath)),
  container: field('container', scalar(parseContainer)),
  sudo: field('sudo', scalar(parseBoolean)),
  tool: field('tool', scalar(choice(['auto', ...TOOLS]))),
  interfaces: field('interfaces', listOf(parseInterface, 64)),
  configFile: field('config_file', scalar(parseConfigFile)),
} as const;

/** Reads a WireGuard server; without keys, it is the one on this machine. */
export const readWireguard: Read<WireguardEntry> = (node, problems) => {
  if (node.kind === 'broken') return undefined;
  const before = problems.errors.length;
  const entry = readFields(node, wireguardFields, problems);
  if (problems.errors.length > before) return undefined;
  const { ssh, port, keyFile, knownHostsFile, configFile, interfaces } = entry;
  const sshOnly = port ?? keyFile ?? knownHostsFile;
  if (ssh === undefined && sshOnly !== undefined) fail(problems, sshOnly.place, 'is set without ssh; set ssh: USER@HOST too');
  if (configFile !== undefined && !/^none$|%i/.test(configFile.value) && interfaces?.value.length !== 1) {
    fail(problems, configFile.place, 'is one file for all interfaces; use %i for the interface in it, or set interfaces to a single one');
  }
  return problems.errors.length > before ? undefined : entry;
};

/** Resolves paths and fills in defaults. */
export async function resolveWireguard(entry: WireguardEntry, files: Files, problems: Problems): Promise<WireguardConfig> {
  const path = async (file: Located<string> | undefined) => (file === undefined ? null : files.find(file, problems));
  return {
    ssh:
      entry.ssh === undefined
        ? null
        : {
            ...entry.ssh.value,
            port: entry.port?.value ?? null,
            keyFile: await path(entry.keyFile),
            knownHostsFile: await path(entry.knownHostsFile),
          },
    container: entry.container?.value ?? null,
    sudo: entry.sudo?.value ?? false,
    tool: entry.tool?.value ?? 'auto',
    interfaces: [...new Set(entry.interfaces?.value.map(({ value }) => value) ?? [])],
    configFile: entry.configFile?.value ?? null,
  };
}

/** Parses `USER@HOST` or `HOST`; HOST can be an alias from ssh_config. */
export function parseSshTarget(text: string): SshTarget {
  const { user, v6, host } = /^(?:(?<user>[A-Za-z_][\w.-]*)@)?(?:\[(?<v6>[^\]]+)\]|(?<host>[^@]+))$/.exec(text)?.groups ?? {};
  const name = v6 ?? host ?? '';
  if (v6 === undefined ? isIP(name) !== 6 && !/^[A-Za-z0-9][\w.-]{0,252}$/.test(name) : isIP(name) !== 6) {
    throw new ValueError('is not USER@HOST; use for example root@vpn.example.net, and set a port with port');
  }
  return { user: user ?? null, host: name };
}

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new ValueError('is not a port; use a number from 1 to 65535');
  return port;
}

export function parsePath(text: string): string {
  if (!/^[^\p{Cc}"]+$/u.test(text))
    throw new ValueError('is empty or contains control characters or double quotes; use a path without them');
  return text;
}

/** Names that docker allows; they cannot be mistaken for options. */
function parseContainer(text: string): string {
  if (!/^[A-Za-z0-9][\w.-]{0,127}$/.test(text)) throw new ValueError('is not the name of a container; use the name that docker ps shows');
  return text;
}

/** `all` and `interfaces` mean something else to wg. */
function parseInterface(text: string): string {
  if (!/^[A-Za-z0-9_][\w.@=+-]{0,14}$/.test(text) || text === 'all' || text === 'interfaces') {
    throw new ValueError('is not the name of an interface; use for example wg0');
  }
  return text;
}

function parseConfigFile(text: string): string {
  if (!/^(none|\/[^\p{Cc}]+)$/u.test(text))
    throw new ValueError('is not an absolute path on the server; use for example /etc/wireguard/%i.conf');
  return text;
}
