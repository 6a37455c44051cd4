import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxPath } from '../routers/busybox.ts';

/** What a lab test runs, and the Debian package it comes with. */
const PACKAGES: Record<string, string> = {
  dnsmasq: 'dnsmasq-base',
  ip: 'iproute2',
  'iptables-legacy': 'iptables',
  nft: 'nftables',
  prometheus: 'prometheus',
  promtool: 'prometheus',
  unshare: 'util-linux',
  wg: 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
};
const APPLETS = ['ash', 'awk', 'httpd', 'nc', 'udhcpc'];

/** Throws one line that names everything the lab is missing: root, Debian packages, what the kernel must be able to do. */
export function requireLab(): void {
  const missing = [...notRoot(), ...missingPackages()];
  const lacks = missing.length === 0 ? kernelLacks() : [];
  if (missing.length + lacks.length > 0) throw new Error(`The lab cannot be built: ${[...missing, ...lacks].join('; ')}`);
}

/** A shared object of Debian's libfaketime, or an error that names the package. */
export function faketimeLibrary(): string {
  const triplets: Partial<Record<NodeJS.Architecture, string>> = {
    arm: 'arm-linux-gnueabihf',
    arm64: 'aarch64-linux-gnu',
    x64: 'x86_64-linux-gnu',
  };
  const path = join('/usr/lib', triplets[process.arch] ?? process.arch, 'faketime/libfaketime.so.1');
  if (!existsSync(path)) throw new Error(`This test needs ${path}: apt-get install libfaketime`);
  return path;
}

function notRoot(): string[] {
  return process.getuid?.() === 0 ? [] : ['it needs root, because it makes network namespaces; run it with sudo'];
}

function missingPackages(): string[] {
  const packages = new Set(Object.entries(PACKAGES).flatMap(([command, name]) => (isCommand(command) ? [] : [name])));
  let applets = '';
  try {
    applets = spawnSync(busyboxPath(), ['--list'], { encoding: 'utf8' }).stdout;
  } catch {
    packages.add('busybox-static');
  }
  const known = new Set(applets.trim().split('\n'));
  if (APPLETS.some((applet) => !known.has(applet))) packages.add('busybox-static');
  return packages.size === 0 ? [] : [`apt-get install ${[...packages].join(' ')}`];
}

function isCommand(name: string): boolean {
  return `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':').some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A router that boots again needs its own boot clock: a time namespace that a program enters when it is executed. */
function kernelLacks(): string[] {
  const probe = spawnSync('unshare', ['--net', '--time', '--boottime', '1000000', 'cat', '/proc/uptime'], { encoding: 'utf8' });
  if (probe.status !== 0) return [`the kernel gives no network and time namespaces: ${probe.stderr.trim()}`];
  return Number(probe.stdout.split(' ')[0]) > 1_000_000 ? [] : ['the kernel is too old: time namespaces begin at exec since Linux 6.1'];
}
