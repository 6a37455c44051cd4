import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../web/port.ts';

export interface RunningAlertmanager {
  /** HOST:PORT */
  address: string;
  stop(): Promise<void>;
}

/** Starts Debian's Alertmanager on a free port of the loopback; `config` is what is under the keys of its file. */
export async function startAlertmanager(config: unknown): Promise<RunningAlertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'wrtmeter-alertmanager-'));
  // JSON is YAML.
  await writeFile(join(folder, 'alertmanager.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async () => {
    if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(server, address);
    return { address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(server: ChildProcess, address: string): Promise<void> {
  let [said, failure]: [string, string | null] = ['', null];
  server.stderr?.on('data', (text) => {
    said += text;
  });
  server.once('error', () => {
    failure = 'This test needs "prometheus-alertmanager": install the Debian package of that name';
  });
  server.once('exit', () => {
    failure ??= `Alertmanager ended:\n${said}`;
  });
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (failure !== null) throw new Error(failure);
    if (
      await fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error(`Alertmanager is not ready after 15 s:\n${said}`);
}
