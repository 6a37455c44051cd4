import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finished, finish } from '../support/program/command.ts';
import { installationWithBadDriver, pathWith } from '../support/program/installation.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the installation of the SQLite driver', () => {
  it('says and does nothing where the driver loads', async () => {
    expect(await finish([process.execPath, join(ROOT, 'setup/driver.js')])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('says in one line which packages to install where the prebuilt binary does not load and there is no compiler', async () => {
    const directory = await installationWithBadDriver();
    try {
      const env = { ...process.env, PATH: pathWith(directory, ['node', 'npm', 'sh', 'env']) };
      const { code, stderr } = await finish([process.execPath, join(directory, 'setup/driver.js')], { env });
      const [, line, ...others] = stderr.split('\n');
      expect(line).to.match(
        /^The SQLite driver cannot be compiled: python3, make, g\+\+ missing\. Run "(sudo )?apt-get update && (sudo )?apt-get install -y python3 make g\+\+", then "npm ci" again$/,
      );
      expect(others).to.deep.equal(['']);
      expect(code).to.equal(1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a SQLite driver that does not load', () => {
  let directory: string;
  const wrtmeter = (...args: string[]): Promise<Finished> =>
    finish([process.execPath, join(directory, 'dist/main.js'), ...args], { cwd: directory });
  const line = () =>
    `The SQLite driver does not load: ${directory}/node_modules/sqlite3/build/Release/node_sqlite3.node: invalid ELF header: run "node ${directory}/setup/driver.js" to install one for this system\n`;

  before(async () => {
    directory = await installationWithBadDriver();
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const command of [
    [],
    ['demo'],
    ['restore', 'package.json'],
    ['check', 'http://192.168.1.1'],
    ['check', '--json', 'http://192.168.1.1'],
  ]) {
    it(`ends "wrtmeter ${command.join(' ')}" with one line`, async () => {
      const { code, stderr } = await wrtmeter(...command);
      expect(stderr).to.satisfy((text: string) => text.endsWith(line()));
      expect(stderr).not.to.match(/^ +at /m);
      expect(code).to.equal(1);
    });
  }

  it('is a finding of the doctor', async () => {
    const { stdout } = await wrtmeter('doctor', '--json', 'http://127.0.0.1:1');
    const { findings } = JSON.parse(stdout) as { findings: { kind: string; todo: string }[] };
    expect(findings.find(({ kind }) => kind === 'driver')?.todo).to.equal(
      `Run "node ${directory}/setup/driver.js" to install one for this system.`,
    );
  });

  it('is not needed for help, the version and the text of the configuration', async () => {
    expect((await wrtmeter('--help')).code).to.equal(0);
    expect((await wrtmeter('--version')).code).to.equal(0);
    expect((await wrtmeter('check', 'http://192.168.1.1')).stdout).to.match(/configuration is valid\n$/);
  });
});
