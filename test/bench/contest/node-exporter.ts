import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/web/port.ts';

const PROGRAM = 'prometheus-node-exporter';

export interface NodeExporter {
  /** Without a path. */
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** The version of Debian's package, or null where it is not installed. */
export function nodeExporterVersion(): string | null {
  const { error, stdout, stderr } = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
  return error === undefined ? (/version (\S+?),? /.exec(stdout + stderr)?.[1] ?? 'unknown') : null;
}

/** Starts it with nothing but the collector that serves the `*.prom` files of a folder. */
export async function startNodeExporter(folder: string): Promise<NodeExporter> {
  const address = `127.0.0.1:${await freePort()}`;
  const options = ['--collector.disable-defaults', '--collector.textfile', `--collector.textfile.directory=${folder}`];
  const child = spawn(PROGRAM, [...options, '--web.disable-exporter-metrics', `--web.listen-address=${address}`], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null) child.kill();
    await ended;
  };
  const url = `http://${address}`;
  for (let i = 0; i < 100; i++) {
    if (child.exitCode !== null) throw new Error(`${PROGRAM} ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/metrics`, { headers: { Connection: 'close' } }).catch(() => null);
    if (answer?.ok) {
      await answer.text();
      return { url, pid: child.pid ?? 0, stop };
    }
    await sleep(50);
  }
  await stop();
  throw new Error(`${PROGRAM} does not answer`);
}
