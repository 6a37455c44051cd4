import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../../support/program/command.ts';
import { soon } from '../../support/web/soon.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('making a release', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'wrtmeter-release-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const command = (...args: string[]) => ['--import', 'tsx', join(ROOT, 'setup/release/release.ts'), '--out', join(path, 'out'), ...args];
  const options = () => ({ cwd: ROOT, env: { PATH: path, TMPDIR: path } });
  const release = (...args: string[]) => finish([process.execPath, ...command(...args)], options());

  it('ends before it starts where a program is missing, or an architecture unknown, in one line', async () => {
    for (const name of ['git', 'npm', 'tar']) symlinkSync('/bin/true', join(path, name));
    const stderr = '"dpkg-deb" is not installed: a release is made on Debian with git and Node\n';
    expect(await release()).to.deep.equal({ code: 1, stdout: '', stderr });
    expect((await release('--architecture', 'mips')).stderr).to.match(/^Use: npm run release .*\n$/);
  });

  it('leaves nothing in the folder of temporary files when it is stopped, as Ctrl-C does', async () => {
    for (const name of ['npm', 'tar', 'dpkg-deb']) symlinkSync('/bin/true', join(path, name));
    const waits = `#!/bin/sh\n[ "$1" != archive ] || { : >"${path}/waits"; exec /bin/sleep 60; }\n`;
    writeFileSync(join(path, 'git'), waits, { mode: 0o755 });
    // A terminal sends the signal to all that runs in front.
    const child = spawn(process.execPath, command(), { ...options(), detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const closed = new Promise((resolve) => child.once('close', resolve));
    await soon(() => existsSync(join(path, 'waits')));
    expect(readdirSync(path).filter((name) => name.startsWith('wrtmeter-release-'))).to.have.length(1);
    process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
    expect([await closed, said]).to.deep.equal([1, 'Stopped by SIGINT\n']);
    expect(readdirSync(path).filter((name) => name.startsWith('wrtmeter-release-'))).to.deep.equal([]);
  });
});
