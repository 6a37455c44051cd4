import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { nodeSqlite } from '../../src/ledger/storage/driver/node-sqlite.ts';
import { type Finished, finish } from '../support/program/command.ts';
import { startExporter } from '../support/program/exporter.ts';
import { installationWithBadDriver, pathWith } from '../support/program/installation.ts';

const ROOT = join(import.meta.dirname, '../..');
/** From Node 22.16 on. */
const HAS_OWN = nodeSqlite() !== null;

describe('the installation of the SQLite driver', () => {
  it('says and does nothing where the driver loads', async () => {
    expect(await finish([process.execPath, join(ROOT, 'setup/driver.js')])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('says in one line what is missing where the prebuilt binary does not load and there is no compiler, and what is used instead', async () => {
    const directory = await installationWithBadDriver();
    try {
      const env = { ...process.env, PATH: pathWith(directory, ['node', 'npm', 'sh', 'env']) };
      const { code, stderr } = await finish([process.execPath, join(directory, 'setup/driver.js')], { env });
      const [, line, ...others] = stderr.split('\n');
      expect(line).to.match(
        HAS_OWN
          ? /^The SQLite driver cannot be compiled: python3, make, g\+\+ missing\. The ledger uses Node's own SQLite instead$/
          : /^The SQLite driver cannot be compiled: python3, make, g\+\+ missing\. Run "(sudo )?apt-get update && (sudo )?apt-get install -y python3 make g\+\+", then "npm ci" again; or use Node 22\.16 or later, which has its own$/,
      );
      expect(others).to.deep.equal(['']);
      expect(code).to.equal(HAS_OWN ? 0 : 1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a SQLite driver that does not load', () => {
  let directory: string;
  const main = () => [process.execPath, join(directory, 'dist/main.js')];
  /** Started without the variable of `npm run test:driver`. */
  const wrtmeter = (args: readonly string[], driver = 'auto'): Promise<Finished> =>
    finish([...main(), ...args], { cwd: directory, env: { ...process.env, WRTMETER_LEDGER_DRIVER: driver } });
  const todo = () =>
    `run "node ${directory}/setup/driver.js" to install one for this system, or ${HAS_OWN ? 'set ledger.driver to auto' : 'use Node 22.16 or later'}`;
  const why = () => `${directory}/node_modules/sqlite3/build/Release/node_sqlite3.node: invalid ELF header`;

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
    it(`ends "wrtmeter ${command.join(' ')}" with one line where no other may be used`, async () => {
      const { code, stderr } = await wrtmeter(command, 'sqlite3');
      expect(stderr).to.satisfy((text: string) => text.endsWith(`The SQLite driver does not load: ${why()}: ${todo()}\n`));
      expect(stderr).not.to.match(/^ +at /m);
      expect(code).to.equal(1);
    });
  }

  it('is a finding of the doctor', async () => {
    const { stdout } = await wrtmeter(['doctor', '--json', 'http://127.0.0.1:1'], 'sqlite3');
    const { findings } = JSON.parse(stdout) as { findings: { kind: string; todo: string }[] };
    expect(findings.find(({ kind }) => kind === 'driver')?.todo).to.equal(`R${todo().slice(1)}.`);
  });

  it('is not needed for help, the version and the text of the configuration', async () => {
    expect((await wrtmeter(['--help'])).code).to.equal(0);
    expect((await wrtmeter(['--version'])).code).to.equal(0);
    expect((await wrtmeter(['check', 'http://192.168.1.1'], 'sqlite3')).stdout).to.match(/configuration is valid\n$/);
  });

  if (HAS_OWN) {
    it('is replaced by the SQLite of Node, which check and the log say', async () => {
      const { code, stdout, stderr } = await wrtmeter(['check', 'http://192.168.1.1']);
      const line = `ledger driver: Node's own, SQLite ${process.versions.sqlite}, because the package sqlite3 does not load: ${why()}`;
      expect({ code, stderr, last: stdout.trimEnd().split('\n').at(-1) }).to.deep.equal({ code: 0, stderr: '', last: line });
      const { driver } = JSON.parse((await wrtmeter(['check', '--json', 'http://192.168.1.1'])).stdout);
      expect(driver).to.deep.equal({
        name: 'node',
        sqlite: process.versions.sqlite,
        instead: `the package sqlite3 does not load: ${why()}`,
      });
      const exporter = await startExporter({
        main: join(directory, 'dist/main.js'),
        args: ['http://127.0.0.1:1'],
        env: { WRTMETER_HEARTBEAT: '0', WRTMETER_LEDGER_DRIVER: 'auto' },
        dataDir: join(directory, 'data'),
      });
      try {
        expect((await exporter.scrape()).length).to.be.above(10);
      } finally {
        expect(await exporter.kill()).to.deep.equal({ code: 0, signal: null });
      }
      expect(exporter.logs.filter((each) => each.includes(line.slice(1)))).to.have.length(1);
      expect(exporter.logs.join('\n')).not.to.include('Experimental');
      expect((await wrtmeter(['check', '--data', join(directory, 'data')])).stdout).to.match(/ledger is good\n$/);
    });

    it('is not missed by an installation that asks for the SQLite of Node', async () => {
      const env = { ...process.env, WRTMETER_LEDGER_DRIVER: 'node' };
      expect(await finish([process.execPath, join(directory, 'setup/driver.js')], { env })).to.deep.equal({
        code: 0,
        stdout: '',
        stderr: "The SQLite driver is not installed: the ledger uses Node's own SQLite\n",
      });
    });
  } else {
    it('is the only one of this Node, whatever is asked for', async () => {
      const { code, stderr } = await wrtmeter(['check', 'http://192.168.1.1'], 'node');
      expect({ code, stderr }).to.deep.equal({
        code: 1,
        stderr: `Node ${process.versions.node} has no SQLite that can be used: use Node 22.16 or later, or set ledger.driver to auto\n`,
      });
      for (const command of [['demo'], ['check', 'http://192.168.1.1']])
        expect((await wrtmeter(command)).stderr).to.equal(`The SQLite driver does not load: ${why()}: ${todo()}\n`);
    });
  }
});
