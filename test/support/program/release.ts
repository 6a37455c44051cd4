import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from './command.ts';

const PROJECT = join(import.meta.dirname, '../../..');

/** What `npm run release` leaves. */
export interface Release {
  folder: string;
  version: string;
  archive(architecture: string): string;
  deb(architecture: string): string;
}

let made: Promise<Release> | null = null;

/** A release of the last commit, made once per process: it takes minutes. Removed when the process ends. */
export function madeRelease(): Promise<Release> {
  made ??= make();
  return made;
}

async function make(): Promise<Release> {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-release-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await output(['npm', 'run', 'release', '--', '--out', folder], { cwd: PROJECT });
  return {
    folder,
    version,
    archive: (architecture) => join(folder, `wrtmeter-${version}-linux-${architecture}.tar.gz`),
    deb: (architecture) => join(folder, `wrtmeter_${version}_${architecture}.deb`),
  };
}

/** Writes a package to `file` that differs from `deb` in its version only. */
export async function repackAs(version: string, deb: string, file: string): Promise<void> {
  const unpacked = mkdtempSync(join(tmpdir(), 'wrtmeter-deb-'));
  try {
    await output(['dpkg-deb', '-R', deb, unpacked]);
    const path = join(unpacked, 'DEBIAN/control');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^Version: .*$/m, `Version: ${version}`));
    await output(['dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '--build', unpacked, file]);
  } finally {
    rmSync(unpacked, { recursive: true });
  }
}
