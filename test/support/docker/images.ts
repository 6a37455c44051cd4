import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { finish, output } from '../program/command.ts';
import { type DockerDaemon, labFolder } from './daemon.ts';

const project = join(import.meta.dirname, '../../..');
const standIns = join(project, 'test/lab/stand-in');
const base = 'wrtmeter-lab/trixie';

/** wrtmeter's own image, built from this checkout, and what it is built in. */
export const appImage = 'wrtmeter-lab:app';
const buildImage = 'wrtmeter-lab:build';

/** The images that the project is built on, as its files name them. */
function baseImages(): { node: string; prometheus: string; grafana: string } {
  const node = /^ARG BASE=(\S+)$/m.exec(readFileSync(join(project, 'Dockerfile'), 'utf8'))?.[1];
  const { services } = parse(readFileSync(join(project, 'docker-compose.yml'), 'utf8'));
  if (node === undefined) throw new Error('Dockerfile names no base image');
  return { node, prometheus: services.prometheus.image, grafana: services.grafana.image };
}

/**
 * Where an official image is neither here nor to be had, makes one that stands in for it under the same tag.
 * @returns those it made: on a daemon that is somebody's they must not stay.
 */
export async function provideImages(daemon: DockerDaemon): Promise<string[]> {
  const { node, prometheus, grafana } = baseImages();
  const makers: [string, (context: string) => Promise<Record<string, string>>][] = [
    [node, (context) => nodeContext(node, context)],
    [prometheus, prometheusContext],
    [grafana, (context) => grafanaContext(node, context)],
  ];
  const made: string[] = [];
  for (const [image, prepare] of makers) {
    if (await available(daemon, image)) continue;
    await provideBase(daemon);
    await build(daemon, image, prepare);
    made.push(image);
  }
  return made;
}

/** Builds wrtmeter's image as its Dockerfile says. The build stage keeps a name, so that the next run finds its layers. */
export async function buildApp({ env, shared }: DockerDaemon): Promise<string[]> {
  await output(['docker', 'build', '--target', 'build', '--tag', buildImage, project], { env });
  await output(['docker', 'build', '--tag', appImage, project], { env });
  if (!shared) await output(['docker', 'image', 'prune', '--force'], { env });
  return [appImage, buildImage];
}

/** A small board with systemd: `bare`, with nothing of wrtmeter, or `board`, on which it is installed, which needs its image. */
export async function buildBoard(daemon: DockerDaemon, target: 'bare' | 'board'): Promise<string> {
  const image = `wrtmeter-lab:${target}`;
  await provideBase(daemon);
  const prepare = async (context: string) => {
    cpSync(join(standIns, 'systemd'), context, { recursive: true });
    cpSync(join(project, 'systemd/wrtmeter.service'), join(context, 'wrtmeter.service'));
    return { APP: appImage };
  };
  await build(daemon, image, prepare, ['--target', target]);
  return image;
}

/** On a daemon that is somebody's nothing of ours stays; on our own it serves the next run. */
export async function forget({ env, shared }: DockerDaemon, images: readonly string[]): Promise<void> {
  if (shared) for (const image of [...images, base]) await finish(['docker', 'rmi', image], { env });
}

async function available({ env, shared }: DockerDaemon, image: string): Promise<boolean> {
  if ((await finish(['docker', 'image', 'inspect', image], { env })).code === 0) return true;
  return shared && (await finish(['docker', 'pull', '--quiet', image], { env, timeout: 120_000 })).code === 0;
}

/** A minimal Debian trixie, made once a machine, with this machine's certificates: its registry may have some of its own. */
async function provideBase({ env }: DockerDaemon): Promise<void> {
  if ((await finish(['docker', 'image', 'inspect', base], { env })).code === 0) return;
  const root = mkdtempSync(join(labFolder(), 'trixie-'));
  try {
    await output(['debootstrap', '--variant=minbase', '--include=busybox', 'trixie', root], { env });
    mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
    cpSync('/etc/ssl/certs/ca-certificates.crt', join(root, 'etc/ssl/certs/ca-certificates.crt'));
    await output(['sh', '-c', 'tar -C "$1" -c . | docker import - "$2"', 'sh', root, base], { env });
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function build(
  { env }: DockerDaemon,
  image: string,
  prepare: (context: string) => Promise<Record<string, string>>,
  options: readonly string[] = [],
): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'wrtmeter-stand-in-'));
  try {
    const args = Object.entries(await prepare(context)).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    await output(['docker', 'build', '--tag', image, ...options, ...args, context], { env });
  } finally {
    rmSync(context, { recursive: true });
  }
}

/** The very version of Node that the tag names, from its npm package; npm and the headers (of the stable Node-API) from this machine. */
async function nodeContext(image: string, context: string): Promise<Record<string, string>> {
  const version = /:(\d+\.\d+\.\d+)/.exec(image)?.[1];
  const here = dirname(dirname(realpathSync(process.execPath)));
  const target = join(context, 'rootfs/usr/local');
  const headers = join(here, 'include/node');
  if (!existsSync(headers))
    throw new Error(`This test needs the headers of Node in "${headers}": install Node from nodejs.org or nodesource.com`);
  cpSync(join(standIns, 'node/Dockerfile'), join(context, 'Dockerfile'));
  const prefix = join(context, 'prefix');
  await output(['npm', 'install', '--silent', '--no-save', '--prefix', prefix, `node@${version}`], { cwd: context });
  cpSync(join(prefix, 'node_modules/node/bin/node'), join(target, 'bin/node'));
  rmSync(prefix, { recursive: true });
  cpSync(headers, join(target, 'include/node'), { recursive: true });
  cpSync(join(here, 'lib/node_modules/npm'), join(target, 'lib/node_modules/npm'), { recursive: true });
  return {};
}

async function prometheusContext(context: string): Promise<Record<string, string>> {
  const program = '/usr/bin/prometheus';
  if (!existsSync(program)) throw new Error(`This test needs "${program}": install the Debian package prometheus`);
  cpSync(join(standIns, 'prometheus'), context, { recursive: true });
  cpSync(program, join(context, 'prometheus'));
  return {};
}

async function grafanaContext(node: string, context: string): Promise<Record<string, string>> {
  cpSync(join(standIns, 'grafana'), context, { recursive: true });
  cpSync(join(project, 'node_modules/yaml'), join(context, 'yaml'), { recursive: true });
  return { NODE: node };
}
