import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finish, output } from '../../program/command.ts';
import { busyboxPath } from '../../routers/busybox.ts';
import { makeKey } from '../../routers/sshd.ts';
import { answers } from '../../web/port.ts';
import type { HostsWorld } from '../hosts-world.ts';
import { ip } from '../world.ts';

/** The router of a home as a whole machine: its own file system, an ssh server, and a web server for what is installed there. */
export interface WholeRouter {
  readonly address: string;
  /** A folder with an `ssh` that logs in as root with the owner's own key: on the PATH of who runs install.sh. */
  readonly owner: string;
  /** What is in one of its files. */
  read(path: string): Promise<string>;
  /** The answer of the installed wrtmeter.cgi. */
  page(): Promise<string>;
}

/** Root's keys are where OpenWrt has them for each server; the other server is not installed. */
export async function startWholeRouter(
  { lab, router: { namespace, nobody: address } }: HostsWorld,
  server: 'dropbear' | 'openssh',
): Promise<WholeRouter> {
  const folder = join(lab.folder, 'whole');
  const files = join(folder, 'files');
  await furnish(files, lab.folder, server, address);
  makeKey(join(folder, 'owner'));
  const keys = server === 'dropbear' ? 'etc/dropbear' : 'root/.ssh';
  mkdirSync(join(files, keys), { recursive: true });
  cpSync(join(folder, 'owner.pub'), join(files, keys, 'authorized_keys'));
  for (const path of ['root', keys, `${keys}/authorized_keys`]) chmodSync(join(files, path), path.endsWith('keys') ? 0o600 : 0o700);
  await ip(namespace, `addr add ${address}/29 dev mgmt`);

  // Its files are in memory; below them are this machine's programs.
  const root = join(folder, 'root');
  const script = [
    `mount -t tmpfs tmpfs ${root}`,
    `mkdir ${root}/upper ${root}/work ${root}/all`,
    `cp -a ${files}/. ${root}/upper`,
    // A file of this machine that the router has not.
    `mknod ${root}/upper/usr/sbin/${server === 'dropbear' ? 'sshd' : 'dropbear'} c 0 0`,
    `mount -t overlay overlay -o lowerdir=/,upperdir=${root}/upper,workdir=${root}/work ${root}/all`,
    `mount -t proc proc ${root}/all/proc`,
    `mount --rbind /sys ${root}/all/sys`,
    `mount --bind /dev ${root}/all/dev`,
    `mount --bind ${lab.folder}/root/tmp ${root}/all/tmp`,
    `mount --bind ${lab.folder}/tools ${root}/all/tools`,
    `mount -t tmpfs tmpfs ${root}/all/run`,
    `mkdir ${root}/all/run/sshd`,
    `exec chroot ${root}/all ${server === 'dropbear' ? `/usr/sbin/dropbear -F -E -s -r /etc/host-key -p ${address}:22` : '/usr/sbin/sshd -D -e -f /etc/sshd.conf'}`,
  ];
  mkdirSync(root);
  const ssh = lab.start(namespace, ['unshare', '--mount', 'sh', '-c', script.join(' && ')]);
  await lab.until(`${server} listens`, () => answers(address, 22), ssh);
  const there = ['nsenter', '--target', String(ssh.pid), '--mount', 'chroot', `${root}/all`];
  const web = lab.start(namespace, [...there, busyboxPath(), 'httpd', '-f', '-p', `${address}:80`, '-h', '/www']);
  await lab.until('the web server listens', () => answers(address, 80), web);
  return {
    address,
    owner: await ownersLogin(folder),
    read: (path) => output([...there, 'cat', path]),
    async page() {
      const answer = await finish(['curl', '-s', `http://${address}/cgi-bin/wrtmeter.cgi`]);
      return answer.stdout;
    },
  };
}

async function furnish(files: string, lab: string, server: 'dropbear' | 'openssh', address: string): Promise<void> {
  const file = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(files, path, '..'), { recursive: true });
    writeFileSync(join(files, path), text, { mode });
  };
  for (const path of ['etc/init.d', 'etc/rc.d', 'usr/lib/upgrade/keep.d', 'www/cgi-bin', 'tools'])
    mkdirSync(join(files, path), { recursive: true });
  cpSync(busyboxPath(), join(files, 'usr/bin/sh'));
  for (const tool of ['iw', 'ubus', 'uci'])
    file(`usr/sbin/${tool}`, readFileSync(join(lab, 'standins', tool), 'utf8').replace('\n', '\nSTANDIN=/tools\n'), 0o755);
  cpSync(resolve('test/lab/router-bin/fw4'), join(files, 'usr/sbin/fw4'));
  cpSync(resolve('test/lab/router-bin/rc.common'), join(files, 'etc/rc.common'));
  file('usr/sbin/uhttpd', '#!/bin/sh\n', 0o755);
  file('etc/config/network', '');
  file('etc/openwrt_release', "DISTRIB_DESCRIPTION='A lab of namespaces'\n");
  file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nsshd:x:104:65534::/run/sshd:/bin/false\n');
  writeFileSync(join(lab, 'tools/uci-uhttpd'), `uhttpd.main.listen_http='${address}:80'\n`);
  if (server === 'dropbear') {
    await output(['dropbearkey', '-t', 'ed25519', '-f', join(files, 'etc/host-key')]);
    // OpenWrt's Dropbear reads root's keys in /etc/dropbear, Debian's in root's home.
    mkdirSync(join(files, 'root'), { recursive: true });
    await output(['ln', '-s', '/etc/dropbear', join(files, 'root/.ssh')]);
    return;
  }
  makeKey(join(files, 'etc/host-key'));
  const settings = [`ListenAddress ${address}`, 'HostKey /etc/host-key', 'PidFile none', 'PasswordAuthentication no'];
  file('etc/sshd.conf', `${settings.join('\n')}\n`);
}

async function ownersLogin(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'BatchMode=yes', 'LogLevel=ERROR'];
  const words = ['-F', '/dev/null', '-i', join(folder, 'owner'), ...options.flatMap((option) => ['-o', option])];
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh ${words.join(' ')} "$@"\n`, { mode: 0o755 });
  return bin;
}
