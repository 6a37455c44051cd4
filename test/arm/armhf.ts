import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../setup/release/run.ts';

const BINDING = 'build/Release/node_sqlite3.node';
const COMPILER = 'arm-linux-gnueabihf-';

/**
 * Debian 13's Node for 32-bit ARM, and the driver of `modules` compiled for it: Node 20 has no SQLite. Returns the command line up to Node's
 * own arguments.
 */
export function debianNode(folder: string, modules: string): string[] {
  const root = join(folder, 'root');
  unpack(download(folder), root);
  // QEMU looks for each file in this root first, so the driver need not replace the one of this machine.
  cpSync(compileDriver(folder, root, modules), join(root, modules, 'sqlite3', BINDING));
  return ['qemu-arm-static', '-L', root, join(root, 'usr/bin/node')];
}

/** Returns the folder with the packages: Node, its headers, and what they need. As apt does it, with signatures, beside what is installed. */
function download(folder: string): string {
  const apt = join(folder, 'apt');
  const sources = join(folder, 'sources.list');
  mkdirSync(apt);
  writeFileSync(sources, `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror(folder)} trixie main\n`);
  const settings = [
    'APT::Architecture=armhf',
    'APT::Sandbox::User=',
    `Dir::State=${apt}`,
    'Dir::State::status=/dev/null',
    `Dir::Cache=${apt}`,
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
  ].flatMap((setting) => ['-o', setting]);
  run('apt-get', [...settings, 'update'], folder);
  run('apt-get', [...settings, '--yes', '--download-only', '--no-install-recommends', 'install', 'nodejs', 'libnode-dev'], folder);
  return join(apt, 'archives');
}

/** Where this machine gets Debian from. */
function mirror(folder: string): string {
  const used = run('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], folder).split('\n');
  const found = used.find((address) => /\/debian\/?$/.test(address));
  if (found === undefined) throw new Error('apt-get has no sources of Debian on this machine');
  return found;
}

function unpack(packages: string, root: string): void {
  mkdirSync(root);
  for (const name of readdirSync(packages).filter((one) => one.endsWith('.deb'))) run('dpkg', ['-x', join(packages, name), root], packages);
  symlinkSync('usr/lib', join(root, 'lib'));
}

/** Returns the compiled file. */
function compileDriver(folder: string, root: string, modules: string): string {
  const sqlite3 = join(folder, 'sqlite3');
  cpSync(join(modules, 'sqlite3'), sqlite3, { recursive: true, filter: (path) => path !== join(modules, 'sqlite3/build') });
  const env = { CC: `${COMPILER}gcc`, CXX: `${COMPILER}g++`, AR: `${COMPILER}ar`, NODE_PATH: modules };
  run('npm', ['run', 'rebuild', '--', '--arch=arm', `--nodedir=${join(root, 'usr/include/nodejs')}`], sqlite3, env);
  return join(sqlite3, BINDING);
}
