import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../support/program/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const LINE = 'dist/ was not compiled from this src/, and the compiler is a development dependency: run "npm ci && npm prune --omit=dev"\n';

describe('building without development dependencies', () => {
  let directory: string;
  const build = () => finish([process.execPath, join(directory, 'setup/build.js')]);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wrtmeter-build-'));
    for (const name of ['package.json', 'setup', 'src', 'dist']) cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('takes the dist/ that was compiled from the same sources', async () => {
    expect(await build()).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('refuses a dist/ of other sources, in one line', async () => {
    appendFileSync(join(directory, 'src/main.ts'), '\n');
    expect(await build()).to.deep.equal({ code: 1, stdout: '', stderr: LINE });
  });

  it('says where there is no dist/ how to get one', async () => {
    rmSync(join(directory, 'dist'), { recursive: true });
    expect(await build()).to.deep.equal({ code: 1, stdout: '', stderr: LINE });
  });

  it('takes the dist/ of a package, which has no sources', async () => {
    rmSync(join(directory, 'src'), { recursive: true });
    expect(await build()).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });
});
