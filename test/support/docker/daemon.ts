import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finish, output } from '../program/command.ts';

export interface DockerDaemon {
  /** Environment for `docker` and `docker-compose`, with its own home: without anyone's credentials or plugins. */
  env: NodeJS.ProcessEnv;
  /** Whether it was running before: then its images are somebody's. */
  shared: boolean;
  stop(): Promise<void>;
}

/** Kept between runs, so that base images and build layers are made once a machine. */
export function labFolder(): string {
  const folder = join(tmpdir(), 'wrtmeter-lab');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (statSync(folder).uid !== process.getuid?.()) throw new Error(`"${folder}" belongs to somebody else: remove it`);
  return folder;
}

/** Takes the Docker daemon that runs here, otherwise starts one and restores the network afterwards. */
export async function dockerDaemon(): Promise<DockerDaemon> {
  const home = join(labFolder(), 'home');
  mkdirSync(home, { recursive: true });
  const env = { ...process.env, HOME: home, DOCKER_CONFIG: home, DOCKER_BUILDKIT: '0', COMPOSE_DOCKER_CLI_BUILD: '0' };
  if ((await finish(['docker', 'version'], { env })).code === 0) return { env, shared: true, stop: async () => {} };
  if (process.getuid?.() !== 0) throw new Error('This test needs root, or a Docker daemon that runs');
  const before = await networkState();
  const { child, socket } = await startDaemon();
  const stop = async () => {
    await end(child);
    await restoreNetwork(before);
  };
  return { env: { ...env, DOCKER_HOST: `unix://${socket}` }, shared: false, stop };
}

/** The address of Docker's own bridge: this machine's, which only containers can reach. */
export async function bridgeAddress(): Promise<string> {
  const [, address] = /inet ([\d.]+)\//.exec(await output(['ip', '-4', '-o', 'address', 'show', 'docker0'])) ?? [];
  if (address === undefined) throw new Error('This test needs a Docker daemon on this machine, with its bridge "docker0"');
  return address;
}

async function startDaemon(): Promise<{ child: ChildProcess; socket: string }> {
  const folder = join(labFolder(), 'docker');
  mkdirSync(folder, { recursive: true });
  await endLeftover(join(folder, 'pid'), folder);
  const socket = join(folder, 'docker.sock');
  const log = join(folder, 'dockerd.log');
  const logFile = openSync(log, 'w');
  const args = [
    '--data-root',
    join(folder, 'data'),
    '--exec-root',
    join(folder, 'run'),
    '--pidfile',
    join(folder, 'pid'),
    '--host',
    `unix://${socket}`,
  ];
  const child = spawn('dockerd', args, { stdio: ['ignore', logFile, logFile] });
  closeSync(logFile);
  let failed: Error | undefined;
  child.on('error', (error) => {
    failed = error;
  });
  for (let tries = 0; tries < 120; tries++) {
    if (failed) throw new Error(`This test needs "dockerd" (Debian package docker.io): ${failed.message}`);
    if (child.exitCode !== null) throw new Error(`dockerd ended with ${child.exitCode}:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    if (existsSync(socket) && (await finish(['docker', '-H', `unix://${socket}`, 'version'])).code === 0) {
      await clear(`unix://${socket}`);
      return { child, socket };
    }
    await sleep(250);
  }
  await end(child);
  throw new Error(`dockerd did not answer within 30 s:\n${readFileSync(log, 'utf8').slice(-2000)}`);
}

/** A run that was cut off leaves its daemon behind; it is ours if it keeps its data in our folder. */
async function endLeftover(pidFile: string, folder: string): Promise<void> {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : Number.NaN;
  const running = () => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  if (!running()) return;
  process.kill(pid, 'SIGTERM');
  for (let tries = 0; tries < 120 && running(); tries++) await sleep(250);
}

/** And its containers, which would start again with the daemon. */
async function clear(host: string): Promise<void> {
  const left = (await output(['docker', '-H', host, 'ps', '--all', '--quiet'])).split('\n').filter((id) => id !== '');
  if (left.length > 0) await output(['docker', '-H', host, 'rm', '--force', '--volumes', ...left]);
  await output(['docker', '-H', host, 'volume', 'prune', '--force']);
  await output(['docker', '-H', host, 'network', 'prune', '--force']);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** A daemon leaves its bridge, its rules and forwarding behind. */
interface NetworkState {
  rules: string;
  forwarding: string;
  bridge: boolean;
}

const emptyTables: Record<string, string[]> = {
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

async function networkState(): Promise<NetworkState> {
  return {
    rules: await output(['iptables-save']),
    forwarding: await output(['sysctl', '-n', 'net.ipv4.ip_forward']),
    bridge: (await finish(['ip', 'link', 'show', 'docker0'])).code === 0,
  };
}

async function restoreNetwork(before: NetworkState): Promise<void> {
  // A table that did not exist is not in the save: restore it as empty, or the daemon's rules would stay.
  const missing = Object.entries(emptyTables).filter(([table]) => !before.rules.includes(`*${table}\n`));
  const empty = missing.map(([table, chains]) => [`*${table}`, ...chains.map((chain) => `:${chain} ACCEPT`), 'COMMIT', ''].join('\n'));
  await output(['iptables-restore'], { input: before.rules + empty.join('') });
  await output(['sysctl', '-qw', `net.ipv4.ip_forward=${before.forwarding.trim()}`]);
  if (!before.bridge) await finish(['ip', 'link', 'delete', 'docker0']);
}
