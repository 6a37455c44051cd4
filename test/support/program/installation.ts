import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from './command.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Longer than the header of a binary, so that it is read and refused. */
const NO_BINARY = 'a binary of another system '.repeat(10);

/**
 * A copy of the built program with the packages of this one, in a new directory. Only the SQLite driver is a copy: its own install script
 * finds a prebuilt binary next to it, which does not load, as if it were made for a newer system. That binary is installed.
 */
export async function installationWithBadDriver(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'wrtmeter-installation-'));
  for (const name of ['package.json', 'setup', 'src', 'dist']) cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  const [packages, driver] = [join(directory, 'node_modules'), join(directory, 'node_modules/sqlite3')];
  mkdirSync(driver, { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== 'sqlite3') symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
  }
  for (const name of ['package.json', 'binding.gyp', 'lib', 'src', 'deps'])
    cpSync(join(ROOT, 'node_modules/sqlite3', name), join(driver, name), { recursive: true });
  mkdirSync(join(driver, 'build/Release'), { recursive: true });
  writeFileSync(join(driver, 'build/Release/node_sqlite3.node'), NO_BINARY);
  mkdirSync(join(driver, 'prebuilds'));
  const { version } = JSON.parse(readFileSync(join(driver, 'package.json'), 'utf8')) as { version: string };
  const prebuilt = join(driver, 'prebuilds', `sqlite3-v${version}-napi-v6-${process.platform}-${process.arch}.tar.gz`);
  await output(['tar', '-czf', prebuilt, '-C', driver, 'build']);
  return directory;
}

/** A directory for PATH with these programs of this machine, and no others. */
export function pathWith(directory: string, programs: readonly string[]): string {
  const folder = join(directory, 'bin');
  mkdirSync(folder);
  for (const name of programs) {
    const found = (process.env.PATH ?? '').split(':').find((place) => existsSync(join(place, name)));
    if (found === undefined) throw new Error(`This test needs "${name}"`);
    symlinkSync(join(found, name), join(folder, name));
  }
  return folder;
}
