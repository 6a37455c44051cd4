import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from './run.ts';

/** A commit, and what is made from it. */
export interface Source {
  version: string;
  /** Who made the commit, as "Name <address>". */
  maintainer: string;
  /** Unix seconds: all files of a release have the time of the commit, so that it can be made again, to the byte. */
  time: number;
  /** Its files, built, with the packages that it needs when it runs. */
  folder: string;
}

/** What a release has of the project, beside Node. */
const PARTS = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'dist',
  'docs',
  'grafana/dashboards',
  'grafana/dashboards-si',
  'grafana/provisioning',
  'node_modules',
  'openwrt-cgi',
  'package.json',
  'prometheus',
  'systemd',
];

/** Of those, what only development needs. */
const LEFT_OUT = [
  'dist/.sources',
  'dist/.tsbuildinfo',
  'docs/develop',
  'openwrt-cgi/assemble.ts',
  'openwrt-cgi/build.ts',
  'openwrt-cgi/parts',
];

/** Builds the last commit of `project` in `folder`, from nothing but its files and the packages of its lock file. */
export function buildCommit(project: string, folder: string): Source {
  mkdirSync(folder, { recursive: true });
  run('git', ['archive', '--output', join(folder, 'commit.tar'), 'HEAD'], project);
  run('tar', ['-xf', 'commit.tar'], folder);
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  run('npm', ['run', '--silent', 'build'], folder);
  // Only what runs. The package sqlite3 is a binary for one system: a release uses the SQLite of its Node.
  run('npm', ['pkg', 'delete', 'devDependencies', 'scripts', 'allowScripts'], folder);
  run('npm', ['uninstall', 'sqlite3', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  const { version } = JSON.parse(run('npm', ['pkg', 'get', 'name', 'version'], folder)) as { version: string };
  const [time = '', maintainer = ''] = run('git', ['log', '-1', '--format=%ct%n%an <%ae>'], project).split('\n');
  return { version, maintainer, time: Number(time), folder };
}

/** What packages of npm have for those who develop them. */
const DEVELOPMENT = /^(\..*|test|tests|docs|benchmarks|examples|.*\.(html|map|ts|cts|mts)|bin\.m?js|tsconfig\.json)$/;

/** Whether a path below node_modules is needed when the program runs. */
const runs = (path: string): boolean => !DEVELOPMENT.test(basename(path));

/** Copies what a release has of a built commit. */
export function copyParts(source: Source, into: string): void {
  for (const part of PARTS)
    cpSync(join(source.folder, part), join(into, part), { recursive: true, filter: part === 'node_modules' ? runs : () => true });
  for (const part of LEFT_OUT) rmSync(join(into, part), { recursive: true, force: true });
}
