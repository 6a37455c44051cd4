import type { WireguardConfig } from '../config/config.ts';
import { inContainer, sudo, thisMachine, within } from '../transports/exec.ts';
import type { Argv, Machine } from '../transports/run.ts';
import { sshMachine } from '../transports/ssh.ts';

/** What ssh, docker and wg may need; our own variables hold secrets, and are none of theirs. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'XDG_RUNTIME_DIR',
  'DOCKER_HOST',
  'DOCKER_CONFIG',
  'DOCKER_CONTEXT',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
];

/** Where a WireGuard server's commands run, and how one is run by root there. */
export interface ServerMachine {
  machine: Machine;
  asRoot: (argv: Argv) => Argv;
  /** Names the place, without who logs in and how: the same server has the same counters. */
  place: string;
  /** The same for people. */
  address: string;
}

/** The machine, over ssh or not, and the container on it that a WireGuard server is in. */
export function machineOf({ ssh, container, sudo: bySudo }: WireguardConfig): ServerMachine {
  const env = Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));
  const host = ssh === null ? thisMachine(env) : sshMachine(ssh, env);
  const root = bySudo ? sudo : (argv: Argv) => argv;
  const port = ssh?.port ?? 22;
  const where = ssh === null ? 'here' : `${ssh.host.toLowerCase()}:${port}`;
  const login =
    ssh === null ? 'this machine' : `ssh ${ssh.user === null ? '' : `${ssh.user}@`}${ssh.host}${port === 22 ? '' : ` port ${port}`}`;
  if (container === null) return { machine: host, asRoot: root, place: where, address: login };
  return {
    // In a container everything is run by its root; sudo is for docker.
    machine: within(host, (argv) => root(inContainer(container)(argv))),
    asRoot: (argv) => argv,
    place: `${where} ${container}`,
    address: `${login}, container ${container}`,
  };
}
