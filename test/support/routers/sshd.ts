import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SshTerms } from '../../../src/transports/ssh.ts';
import { answers, freePort } from '../web/port.ts';

export interface SshServer {
  /** How to log in, with an accepted key and a known_hosts file. */
  readonly terms: SshTerms;
  /** A folder for files of the test, removed with the server. */
  readonly folder: string;
  close(): Promise<void>;
}

/** A real OpenSSH server on loopback that accepts this user's own key; `settings` are lines for its configuration. */
export async function startSshd(settings: readonly string[] = []): Promise<SshServer> {
  const program = '/usr/sbin/sshd';
  if (!existsSync(program)) throw new Error(`${program} is missing: apt-get install openssh-server`);
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-sshd-'));
  const port = await freePort();
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  makeKey(join(folder, 'host'));
  makeKey(join(folder, 'key'));
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host`,
    'PidFile none',
    `AuthorizedKeysFile ${folder}/key.pub`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    ...settings,
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`);
  const server = spawn(program, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  const close = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const exit = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await exit;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers('127.0.0.1', port)); tries++) {
    if (tries > 200 || server.exitCode !== null) {
      await close();
      throw new Error(`sshd did not start: ${said}`);
    }
    await sleep(20);
  }
  const terms = {
    host: '127.0.0.1',
    user: userInfo().username,
    port,
    keyFile: join(folder, 'key'),
    knownHostsFile: join(folder, 'known_hosts'),
  };
  return { terms, folder, close };
}

/** An ed25519 key pair without a passphrase: `path` and `path.pub`. */
export function makeKey(path: string): void {
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path], { encoding: 'utf8' });
  if (made.error !== undefined) throw new Error('ssh-keygen is missing: apt-get install openssh-client');
  if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr}`);
}
