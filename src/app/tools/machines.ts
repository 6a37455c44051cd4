import type { MachineTarget } from '../../sources/kind.ts';
import { inContainer, sudo, thisMachine, within } from '../../transports/exec.ts';
import type { Argv } from '../../transports/request.ts';
import type { Machine } from '../../transports/run.ts';
import { sshMachine } from '../../transports/ssh.ts';

/** What ssh, docker and wg may need. Our own variables contain secrets, so they are not passed on. */
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

/** The environment of started programs. */
export const environmentOf = (): Record<string, string | undefined> =>
  Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]]));

/** Where commands run, and how to run one as root there. */
export interface TargetMachine extends Machine {
  asRoot: (argv: Argv) => Argv;
}

/** This machine or one over ssh, and a container on it. */
export function machineOf({ ssh, container, sudo: bySudo }: MachineTarget): TargetMachine {
  const env = environmentOf();
  const host = ssh === null ? thisMachine(env) : sshMachine(ssh, env);
  const root = bySudo ? sudo : (argv: Argv) => argv;
  if (container === null) return { ...host, asRoot: root };
  // Commands in a container run as root anyway; sudo is for docker.
  return { ...within(host, (argv) => root(inContainer(container)(argv))), asRoot: (argv) => argv };
}
