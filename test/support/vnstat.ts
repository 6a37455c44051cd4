import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { faketimeLibrary } from './lab/needs.ts';
import { output } from './program/command.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const NOBODY = '192.0.2.9';

/** A real vnstatd that watches an interface in its own network namespace, on days that a test chooses. */
export interface RealVnstat {
  /** Runs the daemon from that local time (`YYYY-MM-DD HH:MM:SS`, UTC) on while bytes move; returns what the kernel counted in that time. */
  live(time: string, bytes: { download: number; upload: number }): Promise<{ download: number; upload: number }>;
  /** What `vnstat --json` prints. */
  json(): Promise<string>;
  close(): Promise<void>;
}

/** Needs root and the Debian packages vnstat, libfaketime and iproute2. */
export async function startVnstat(created: string): Promise<RealVnstat> {
  if (process.getuid?.() !== 0) throw new Error('This test needs root: it moves bytes in a network namespace');
  await output(['vnstat', '--version']); // says which package is missing
  const library = faketimeLibrary();
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-vnstat-'));
  const [inside, outside] = [`wm-vn-${process.pid}`, `wm-vp-${process.pid}`];
  const settings = join(directory, 'vnstat.conf');
  await writeFile(
    settings,
    `DatabaseDir "${directory}"\nUseLogging 0\nUpdateInterval 2\nPollInterval 2\nTimeSyncWait 0\nMaxBandwidth 0\nBandwidthDetection 0\nUpdateFileOwner 0\nPidFile "${directory}/pid"\n`,
  );
  const within = (namespace: string, ...command: string[]) => ['ip', 'netns', 'exec', namespace, ...command];
  const at = (time: string) => ({ env: { ...process.env, TZ: 'UTC', LD_PRELOAD: library, FAKETIME: `@${time}` } });
  const counted = async () => {
    const read = async (name: string) => Number(await output(within(inside, 'cat', `/sys/class/net/up0/statistics/${name}_bytes`)));
    return { download: await read('rx'), upload: await read('tx') };
  };
  const send = (namespace: string, bytes: number) =>
    bytes === 0 ? '' : output(within(namespace, 'bash', '-c', `head -c ${bytes} /dev/zero > /dev/udp/${NOBODY}/9`));
  const close = async () => {
    for (const namespace of [inside, outside]) await run('ip', ['netns', 'del', namespace]).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (const namespace of [inside, outside]) await output(['ip', 'netns', 'add', namespace]);
    await output(['ip', '-n', inside, 'link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up0', 'netns', outside]);
    for (const [namespace, host] of [
      [inside, '1'],
      [outside, '2'],
    ] as const) {
      await run('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']).catch(() => undefined);
      await output(['ip', '-n', namespace, 'addr', 'add', `192.0.2.${host}/24`, 'dev', 'up0']);
      await output(['ip', '-n', namespace, 'link', 'set', 'up0', 'up']);
      // The address is unused, so there is no answer: only sent bytes move.
      await output(['ip', '-n', namespace, 'neigh', 'add', NOBODY, 'lladdr', '02:00:00:00:00:99', 'dev', 'up0']);
    }
    await output(within(inside, 'vnstatd', '--config', settings, '--initdb'), at(created));
    await output(within(inside, 'vnstat', '--config', settings, '--add', '-i', 'up0'), at(created));
  } catch (error) {
    await close();
    throw error;
  }
  const json = () => output(within(inside, 'vnstat', '--config', settings, '--json'), { env: { ...process.env, TZ: 'UTC' } });
  return {
    async live(time, { download, upload }) {
      const before = await counted();
      const [program = '', ...args] = within(inside, 'vnstatd', '--config', settings, '--noadd', '--nodaemon');
      const daemon = spawn(program, args, { ...at(time), stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      daemon.stdout.on('data', (text) => (said += text));
      daemon.stderr.on('data', (text) => (said += text));
      try {
        await until(
          'vnstatd watches the interface',
          async () => said.includes('Monitoring'),
          async () => said,
        );
        await new Promise((done) => setTimeout(done, 2500));
        await send(outside, download);
        await send(inside, upload);
        await new Promise((done) => setTimeout(done, 2500));
      } finally {
        const ended = once(daemon, 'exit');
        daemon.kill('SIGTERM');
        await ended;
      }
      const after = await counted();
      return { download: after.download - before.download, upload: after.upload - before.upload };
    },
    json,
    close,
  };
}
