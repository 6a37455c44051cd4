import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, freePort } from '../web/port.ts';
import { busyboxPath, fakeRouter, fixtures, makeToolbox } from './busybox.ts';

export interface DropbearRouter {
  /** The router's own file system: / of the user who logs in. */
  readonly root: string;
  readonly httpPort: number;
  /** ssh options that lead there: port, key, no questions. */
  readonly ssh: readonly string[];
  /** Has the web server, and so its scripts, run as this user from now on. */
  serveAs(user: number): Promise<void>;
  close(): Promise<void>;
}

function needed(path: string, debianPackage: string): string {
  if (!existsSync(path)) throw new Error(`${path} is missing: apt-get install ${debianPackage}`);
  return path;
}

/** Puts busybox, the stand-ins and what install.sh looks for into the file system of a fake router. */
function furnish(root: string, httpPort: number): void {
  for (const dir of [
    'bin',
    'usr/sbin',
    'www/cgi-bin',
    'lib/upgrade/keep.d',
    'etc/config',
    'etc/init.d',
    'etc/rc.d',
    'dev',
    'tmp',
    'var/run',
  ])
    mkdirSync(join(root, dir), { recursive: true });
  cpSync(busyboxPath(), join(root, 'bin/busybox'));
  const applets =
    'sh cat awk id mkdir chmod mv rm rmdir ln readlink grep cmp tail head sed tr date uname ip pidof logger flock nc sleep cut touch'.split(
      ' ',
    );
  for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
  for (const tool of ['iw', 'ubus', 'uci']) cpSync(join(fixtures, 'bin', tool), join(root, 'usr/sbin', tool));
  for (const tool of ['fw4', 'nft']) cpSync(join('test/lab/router-bin', tool), join(root, 'usr/sbin', tool));
  cpSync('test/lab/router-bin/rc.common', join(root, 'etc/rc.common'));
  writeFileSync(join(root, 'usr/sbin/uhttpd'), '#!/bin/sh\n');
  chmodSync(join(root, 'usr/sbin/uhttpd'), 0o755);
  cpSync(join(root, '../tools'), join(root, 'tools'), { recursive: true });
  writeFileSync(join(root, 'tools/uci-uhttpd'), `uhttpd.main.listen_http='127.0.0.1:${httpPort}'\n`);
  writeFileSync(join(root, 'dev/null'), '');
  chmodSync(join(root, 'dev/null'), 0o666);
}

async function stopped(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => process.once('exit', () => resolve()));
  process.kill();
  await exit;
}

/**
 * A router one can log in to: a real Dropbear (no sftp, as on OpenWrt) whose users land in a file system of busybox and stand-ins, and
 * a web server on its /www. Needs root: chroot, and a mount namespace so that root's authorized_keys is the test's own.
 */
export async function startDropbearRouter(fixture = 'pppoe'): Promise<DropbearRouter> {
  if (process.getuid?.() !== 0) throw new Error('This test must run as root: it needs chroot and a mount namespace');
  const dropbear = needed('/usr/sbin/dropbear', 'dropbear-bin');
  const keygen = needed('/usr/bin/ssh-keygen', 'openssh-client');
  const router = fakeRouter(fixture);
  const [sshPort, httpPort] = [await freePort(), await freePort()];
  furnish(router.root, httpPort);

  const home = mkdtempSync(join(tmpdir(), 'wrtmeter-dropbear-'));
  mkdirSync(join(home, 'root/.ssh'), { recursive: true, mode: 0o700 });
  chmodSync(join(home, 'root'), 0o700);
  spawnSync(keygen, ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, 'key')]);
  writeFileSync(join(home, 'root/.ssh/authorized_keys'), readFileSync(join(home, 'key.pub')), { mode: 0o600 });
  spawnSync(needed('/usr/bin/dropbearkey', 'dropbear-bin'), ['-t', 'ed25519', '-f', join(home, 'host')]);

  // What is typed over ssh runs under the names OpenWrt's busybox knows, and no others.
  const toolbox = makeToolbox(undefined, []);
  const functions = readFileSync(toolbox.shell, 'utf8')
    .split('\n')
    .filter((line) => line.includes('not found'));
  writeFileSync(join(home, 'prelude'), `${functions.join('\n')}\n`);
  toolbox.remove();
  const login = `cat ${home}/prelude - | exec chroot ${router.root} /bin/sh -s`;
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', STANDIN: '/tools' };
  const mounted = `mount --bind ${home}/root /root && exec ${dropbear} -F -E -e -s -r ${home}/host -P ${home}/pid -p 127.0.0.1:${sshPort} -c '${login}'`;
  const sshd = spawn('unshare', ['--mount', 'sh', '-c', mounted], { env, stdio: 'ignore' });
  const serve = (user: number) => {
    const words = ['httpd', '-f', '-p', `127.0.0.1:${httpPort}`, '-h', '/www', '-u', `${user}:${user}`];
    return spawn('chroot', [router.root, '/bin/busybox', ...words], { env, stdio: 'ignore' });
  };
  let httpd = serve(0);
  const serveAs = async (user: number): Promise<void> => {
    await stopped(httpd);
    for (const folder of ['', '..']) chmodSync(join(router.root, folder), 0o755);
    httpd = serve(user);
    for (let tries = 0; !(await answers('127.0.0.1', httpPort)) && tries < 200; tries++) await sleep(20);
  };
  const close = async (): Promise<void> => {
    await Promise.all([stopped(sshd), stopped(httpd)]);
    router.remove();
    rmSync(home, { recursive: true, force: true });
  };
  for (let tries = 0; !((await answers('127.0.0.1', sshPort)) && (await answers('127.0.0.1', httpPort))); tries++) {
    if (tries > 200) {
      await close();
      throw new Error('Dropbear or busybox httpd did not start');
    }
    await sleep(20);
  }
  const options = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${home}/known`, 'IdentitiesOnly=yes', 'BatchMode=yes', 'LogLevel=ERROR'];
  return {
    root: router.root,
    httpPort,
    serveAs,
    ssh: ['-F', '/dev/null', '-p', String(sshPort), '-i', join(home, 'key'), ...options.flatMap((option) => ['-o', option])],
    close,
  };
}
