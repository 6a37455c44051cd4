import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DockerDaemon, dockerDaemon } from '../docker/daemon.ts';
import { makeKeys } from '../lab/wireguard.ts';
import { finish, output } from '../program/command.ts';
import { busyboxPath } from '../routers/busybox.ts';
import { type SshServer, startSshd } from '../routers/sshd.ts';

/** A container with a WireGuard server in userspace, its files where AmneziaVPN has them, and busybox for everything else. */
export interface WireguardContainer {
  readonly name: string;
  /** A peer that never called. */
  readonly publicKey: string;
  readonly secrets: readonly string[];
  /** Runs a command in it. */
  run(...command: string[]): Promise<string>;
  remove(): Promise<void>;
}

const IMAGE = 'wrtmeter-lab:wireguard';
/** What reading and changing peers takes, as AmneziaVPN's image has it from Alpine's busybox. */
const APPLETS = 'sh awk cat sleep ip chmod cmp cp cut date grep head mkdir mv readlink rm rmdir sed sort sync tail tr wc'.split(' ');

/** Such a container, and an ssh server on this machine that reaches it too. */
export interface ContainerHost {
  readonly container: WireguardContainer;
  readonly sshd: SshServer;
  close(): Promise<void>;
}

/** Sets DOCKER_HOST of this process, where Docker is the test's own, until it is closed. */
export async function startContainerHost(): Promise<ContainerHost> {
  const earlier = process.env.DOCKER_HOST;
  const undo: (() => void | Promise<void>)[] = [
    () => {
      if (earlier === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = earlier;
    },
  ];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const daemon = await dockerDaemon();
    undo.push(() => daemon.stop());
    const socket = daemon.env.DOCKER_HOST;
    if (socket !== undefined) process.env.DOCKER_HOST = socket;
    const container = await startWireguardContainer(daemon);
    undo.push(() => container.remove());
    const sshd = await startSshd(socket === undefined ? [] : [`SetEnv DOCKER_HOST=${socket}`]);
    undo.push(() => sshd.close());
    return { container, sshd, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startWireguardContainer({ env }: DockerDaemon): Promise<WireguardContainer> {
  const name = `wrtmeter-lab-wg${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-container-'));
  const docker = (...args: string[]) => output(['docker', ...args], { env, timeout: 60_000 });
  const remove = async () => {
    await finish(['docker', 'rm', '--force', '--volumes', name], { env });
    await finish(['docker', 'rmi', IMAGE], { env });
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [server, peer, shared] = [await makeKeys(), await makeKeys(), await makeKeys()];
    const files = join(folder, 'opt/amnezia/awg');
    mkdirSync(files, { recursive: true });
    writeFileSync(
      join(files, 'wg0.conf'),
      `[Interface]\nPrivateKey = ${server.privateKey}\nListenPort = 51820\n\n[Peer]\nPublicKey = ${peer.publicKey}\nPresharedKey = ${shared.privateKey}\nAllowedIPs = 10.8.1.2/32\n`,
    );
    const clients = [{ clientId: peer.publicKey, userData: { clientName: 'Anna’s phone', creationDate: 'Fri Nov 20 2026' } }];
    writeFileSync(join(files, 'clientsTable'), JSON.stringify(clients, null, 4));
    await furnish(folder);
    await output(['sh', '-c', 'tar -C "$1" -c . | docker import - "$2"', 'sh', folder, IMAGE], { env });
    await docker(
      'run',
      '--detach',
      '--name',
      name,
      '--network',
      'none',
      '--cap-add',
      'NET_ADMIN',
      '--device',
      '/dev/net/tun',
      IMAGE,
      'sleep',
      '3600',
    );
    const run = (...command: string[]) => docker('exec', name, ...command);
    await docker('exec', '--detach', name, 'wireguard-go', '--foreground', 'wg0');
    for (let tries = 0; !(await run('wg', 'show', 'interfaces')).includes('wg0'); tries++)
      if (tries > 50) throw new Error('wireguard-go did not start');
    await run('wg', 'setconf', 'wg0', '/opt/amnezia/awg/wg0.conf');
    return { name, publicKey: peer.publicKey, secrets: [server.privateKey, peer.privateKey, shared.privateKey], run, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** This machine's WireGuard with the libraries that it needs: an image of a few MB, made in a second. */
async function furnish(root: string): Promise<void> {
  for (const part of ['bin', 'usr/bin', 'run/wireguard', 'var', 'tmp', 'proc', 'sys', 'dev', 'etc'])
    mkdirSync(join(root, part), { recursive: true });
  symlinkSync('../run', join(root, 'var/run'));
  cpSync(busyboxPath(), join(root, 'bin/busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
  // Debian's busybox lacks flock, which Alpine's has.
  for (const program of ['/usr/bin/wg', '/usr/bin/wireguard-go', '/usr/bin/flock']) {
    cpSync(program, join(root, program));
    for (const [library] of (await output(['ldd', program])).matchAll(/\/\S+/g)) {
      mkdirSync(join(root, dirname(library)), { recursive: true });
      cpSync(realpathSync(library), join(root, library));
    }
  }
}
