import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, finish, output } from '../../program/command.ts';
import { scripts } from '../../routers/busybox.ts';
import { makeKey } from '../../routers/sshd.ts';
import type { HostsWorld, Machine } from '../hosts-world.ts';
import { type Lab, within } from '../world.ts';

/** A real ssh server on the router of a home, where root has one authorized key and the script is at its place. */
export interface Login {
  /** Root's home there. */
  readonly home: string;
  /** Runs the ssh of a machine of the home, with more options before the host and a command behind it. */
  ssh(from: Machine, input: string, options?: readonly string[], command?: readonly string[]): Promise<Finished>;
}

const ADDRESS = '192.168.77.1';

/** `line` is root's authorized_keys, for the private key in `keyFile`. */
export async function startLogin(
  { lab, router }: HostsWorld,
  server: 'dropbear' | 'openssh',
  line: string,
  keyFile: string,
): Promise<Login> {
  const folder = join(lab.folder, server);
  const home = join(folder, 'root');
  const lib = join(folder, 'lib');
  for (const each of [join(home, '.ssh'), join(lib, 'wrtmeter')]) mkdirSync(each, { recursive: true });
  chmodSync(home, 0o700);
  writeFileSync(join(home, '.ssh/authorized_keys'), line, { mode: 0o600 });
  cpSync(join(scripts, 'limits.sh'), join(lib, 'wrtmeter/limits.sh'));
  const port = server === 'dropbear' ? 22 : 23;
  const command = server === 'dropbear' ? await dropbear(folder, port) : sshd(folder, port);
  // Files of its own for what the server and the script have at fixed places of this machine.
  const places = [
    `mount --bind ${home} /root`,
    'mount -t tmpfs tmpfs /run',
    'mkdir /run/sshd',
    `mount -t overlay overlay -o lowerdir=${lib}:/usr/lib /usr/lib`,
  ];
  const running = lab.start(router.namespace, ['unshare', '--mount', 'sh', '-c', [...places, `exec ${command}`].join(' && ')]);
  await listens(lab, router.namespace, port, running);
  const known = join(folder, 'known');
  const options = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${known}`, 'IdentitiesOnly=yes', 'BatchMode=yes', 'LogLevel=ERROR'];
  const words = ['-F', '/dev/null', '-p', String(port), '-i', keyFile, ...options.flatMap((option) => ['-o', option])];
  return {
    home,
    ssh: ({ client }, input, more = [], asked = []) =>
      finish([...within(client.namespace), 'ssh', ...words, ...more, `root@${ADDRESS}`, ...asked], { input, timeout: 15_000 }),
  };
}

async function dropbear(folder: string, port: number): Promise<string> {
  const program = '/usr/sbin/dropbear';
  if (!existsSync(program)) throw new Error(`${program} is missing: apt-get install dropbear-bin`);
  await output(['dropbearkey', '-t', 'ed25519', '-f', join(folder, 'host')]);
  return `${program} -F -E -s -r ${folder}/host -P /run/dropbear.pid -p ${ADDRESS}:${port}`;
}

function sshd(folder: string, port: number): string {
  const program = '/usr/sbin/sshd';
  if (!existsSync(program)) throw new Error(`${program} is missing: apt-get install openssh-server`);
  makeKey(join(folder, 'host'));
  const settings = [
    `Port ${port}`,
    `ListenAddress ${ADDRESS}`,
    `HostKey ${folder}/host`,
    'PidFile none',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding yes',
    'PermitTTY yes',
    'Subsystem sftp internal-sftp',
    // More than anybody should allow.
    'AcceptEnv *',
  ];
  writeFileSync(join(folder, 'config'), `${settings.join('\n')}\n`);
  return `${program} -D -e -f ${folder}/config`;
}

const listens = (lab: Lab, namespace: string, port: number, running: ReturnType<Lab['start']>) =>
  lab.until(
    `an ssh server listens on port ${port}`,
    async () => (await output([...within(namespace), 'busybox', 'netstat', '-ltn'])).includes(`${ADDRESS}:${port} `),
    running,
  );
