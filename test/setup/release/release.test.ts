import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../../support/program/command.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('making a release', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'wrtmeter-release-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  const release = (...args: string[]) =>
    finish([process.execPath, '--import', 'tsx', join(ROOT, 'setup/release/release.ts'), '--out', join(path, 'out'), ...args], {
      cwd: ROOT,
      env: { PATH: path, TMPDIR: path },
    });

  it('ends before it starts where a program is missing, or an architecture unknown, in one line', async () => {
    for (const name of ['git', 'npm', 'tar']) symlinkSync('/bin/true', join(path, name));
    const stderr = '"dpkg-deb" is not installed: a release is made on Debian with git and Node\n';
    expect(await release()).to.deep.equal({ code: 1, stdout: '', stderr });
    expect((await release('--architecture', 'mips')).stderr).to.match(/^Use: npm run release .*\n$/);
  });
});
