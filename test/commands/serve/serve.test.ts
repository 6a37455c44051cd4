import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import type { Sample } from '../../support/prometheus/text.ts';
import { freePort } from '../../support/web/port.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Waits for the program, however long this machine takes. */
async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within 15 s: ${what}`);
    await pause(50);
  }
}

/** Runs the program until it ends by itself. */
function run(args: string[], cwd: string, variables = {}): Promise<{ code: number | null; err: string; out: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      ...{ cwd, env: { ...process.env, ...variables } },
      ...{ stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

const figure = (samples: Sample[], name: string, labels: Record<string, string> = {}) =>
  samples.find((s) => s.name === name && Object.entries(labels).every(([key, value]) => s.labels[key] === value))?.value;

describe('wrtmeter serve', () => {
  let directory: string;
  let server: http.Server;
  let port: number;
  let counter = 0;
  const running: Exporter[] = [];
  const start = async (args: string[]) => {
    const exporter = await startExporter({ args, dataDir: join(directory, 'data') });
    running.push(exporter);
    return exporter;
  };

  before(async () => {
    server = http.createServer((request, response) => {
      if (request.url === '/hang') return;
      response.end(`wan: ${counter} ${counter}\n`);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-serve-'));
    counter = 0;
  });
  afterEach(async () => {
    for (const exporter of running.splice(0)) await exporter.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });

  const yaml = async (text: string) => {
    await writeFile(join(directory, 'wrtmeter.yaml'), text);
    return join(directory, 'wrtmeter.yaml');
  };
  const router = (name: string, path = '/wan') => `  ${name}:\n    urls: { wan: http://127.0.0.1:${port}${path} }\n`;

  it('is ready when it logs that it listens', async () => {
    const { url } = await start(['--config', await yaml(`routers:\n${router('gateway')}`)]);
    expect((await fetch(`${url}/-/ready`)).status).to.equal(200);
    expect((await fetch(`${url}/-/healthy`)).status).to.equal(200);
  });

  it('SIGTERM ends a running round, posts what was read, and exits 0 within 5 s', async () => {
    const config = await yaml(`timeout: 2s\nrouters:\n${router('gateway')}${router('attic', '/hang')}`);
    const first = await start(['--config', config]);
    await first.scrape(10);
    counter = 1000;
    const scrape = fetch(`${first.url}/metrics`, { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '60' } }).then((r) => r.status);
    await pause(300);
    const began = performance.now();
    expect(await first.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - began).to.be.lessThan(5000);
    expect(await scrape).to.equal(200);
    const second = await start(['--config', config]);
    expect(figure(await second.scrape(1), 'wrtmeter_wan_download_bytes_total', { router: 'gateway' })).to.equal(1000);
  });

  it('SIGHUP reloads the configuration; a bad file keeps the old one running and says so', async () => {
    const config = await yaml(`routers:\n${router('gateway')}`);
    const exporter = await start(['--config', config]);
    await exporter.scrape();
    await yaml(`routers:\n${router('gateway')}devices:\n  tv: { macs: [nonsense] }\n`);
    const logged = (text: RegExp) => eventually(String(text), () => text.test(exporter.logs.join('\n')));
    process.kill(exporter.pid, 'SIGHUP');
    await logged(/The old configuration stays in use: .*wrtmeter\.yaml:5: .*nonsense/);
    counter = 5;
    expect(figure(await exporter.scrape(), 'wrtmeter_wan_download_bytes_total', { router: 'gateway' })).to.equal(5);
    await yaml(`routers:\n  home:\n    was: [gateway]\n    urls: { wan: http://127.0.0.1:${port}/wan }\nusers:\n  anna: { name: Anna }\n`);
    process.kill(exporter.pid, 'SIGHUP');
    await logged(/Configuration (re)?loaded/);
    counter = 7;
    const samples = await exporter.scrape();
    expect(figure(samples, 'wrtmeter_wan_download_bytes_total', { router: 'home' })).to.equal(7);
    expect(figure(samples, 'wrtmeter_wan_download_bytes_total', { router: 'gateway' })).to.equal(undefined);
    for (const user of ['anna', 'others']) expect(figure(samples, 'wrtmeter_user_month_download_bytes', { user })).to.equal(0);
  });

  it('a SIGHUP while it starts does not end it, and what was changed meanwhile is read', async () => {
    const config = await yaml(`routers:\n${router('gateway')}`);
    const [command, ...args] = [process.execPath, MAIN, '--config', config, '--data', join(directory, 'data'), '--listen', '127.0.0.1:0'];
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(String(data)));
    try {
      // The ledger is there after the configuration was read, and before the service listens.
      await eventually('a ledger', () => existsSync(join(directory, 'data', 'ledger.db')));
      await yaml(`log: { level: nonsense }\nrouters:\n${router('gateway')}`);
      child.kill('SIGHUP');
      await eventually('the new configuration', () => /The old configuration stays in use: .*nonsense/.test(said.join('')));
      expect([child.exitCode, child.signalCode]).to.deep.equal([null, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('SIGHUP while the file that was found is gone changes nothing: reading still requires a token', async () => {
    const config = await yaml(`auth: { read: token }\nrouters:\n${router('gateway')}`);
    const exporter = await startExporter({ args: [], dataDir: join(directory, 'data'), within: ['env', '-C', directory] });
    running.push(exporter);
    await rm(config);
    process.kill(exporter.pid, 'SIGHUP');
    const said = /The old configuration stays in use: wrtmeter\.yaml: this file is gone/;
    await eventually(String(said), () => said.test(exporter.logs.join('\n')));
    expect((await fetch(`${exporter.url}/metrics`)).status).to.equal(401);
  });

  it('a daily backup that fails is named, with its reason and what follows, in the log, in /-/healthy and as a metric', async () => {
    const exporter = await start(['--config', await yaml(`routers:\n${router('gateway')}`)]);
    await writeFile(join(directory, 'data', 'backups'), 'a file where the directory should be');
    await exporter.scrape();
    await eventually('the failure', () => exporter.logs.some((line) => line.includes('backup')));
    const failure = /Backup directory \\?".*backups\\?" cannot be made: a file of this name exists: move that file away/;
    expect(exporter.logs.join('\n')).to.match(/The daily backup failed and is tried again in an hour; counting continues: /);
    expect(exporter.logs.join('\n'))
      .to.match(failure)
      .and.not.match(/cannot be opened/);
    expect(JSON.stringify(await exporter.api('/-/healthy')))
      .to.match(/The last daily backup failed: /)
      .and.match(failure);
    expect(figure(await exporter.scrape(), 'wrtmeter_ledger_backup_errors_total')).to.equal(1);
  });

  it('POST /-/reload does the same if it is enabled, and is refused otherwise', async () => {
    const config = await yaml(`reload: true\nrouters:\n${router('gateway')}`);
    const exporter = await start(['--config', config]);
    expect((await fetch(`${exporter.url}/-/reload`, { method: 'POST' })).status).to.equal(200);
    await yaml('routers: 5\n');
    const refused = await fetch(`${exporter.url}/-/reload`, { method: 'POST' });
    expect([refused.status, await refused.text()].join(' ')).to.match(/^500 the old configuration stays in use: .*wrtmeter\.yaml:1: /);
    await exporter.kill();
    const without = await start(['--config', await yaml(`routers:\n${router('gateway')}`)]);
    expect((await fetch(`${without.url}/-/reload`, { method: 'POST' })).status).to.be.oneOf([403, 404, 405]);
  });

  it('a second process on the same ledger, and a port in use, are refused with one line', async () => {
    const config = await yaml(`routers:\n${router('gateway')}`);
    const { url } = await start(['--config', config]);
    const again = await run(['--config', config, '--data', join(directory, 'data'), '--listen', '127.0.0.1:0'], directory);
    expect(again.code).to.equal(1);
    expect(again.err).to.match(/^Ledger in ".*" is in use by another wrtmeter: stop it first, or use another directory with --data\n$/);
    const taken = await run(['--config', config, '--data', join(directory, 'other'), '--listen', new URL(url).host], directory);
    expect(taken.code).to.equal(1);
    expect(taken.err).to.match(/^Cannot listen on 127\.0\.0\.1:\d+: the port is already in use; .*\n$/);
    expect(existsSync(join(directory, 'other'))).to.equal(false);
  });

  it('a damaged ledger, or a data directory that is a file or cannot be written, is refused with one line', async () => {
    const config = await yaml(`routers:\n${router('gateway')}`);
    await writeFile(join(directory, 'ledger.db'), 'this is no database, but long enough to be looked at as one'.repeat(100), {
      mode: 0o600,
    });
    const damaged = await run(['--config', config, '--data', directory, '--listen', '127.0.0.1:0'], directory);
    expect(damaged.code).to.equal(1);
    expect(damaged.err).to.match(/^Ledger ".*ledger\.db": .*not a database.*\n$/);
    const nowhere = await run(['--config', config, '--data', '/proc/nowhere', '--listen', '127.0.0.1:0'], directory);
    expect(nowhere.code).to.equal(1);
    expect(nowhere.err).to.match(/^Data directory "\/proc\/nowhere" cannot be created: .*\n$/);
    for (const file of [config, `${config}/below`]) {
      const { code, err } = await run(['--config', config, '--data', file, '--listen', '127.0.0.1:0'], directory);
      expect(code).to.equal(1);
      expect(err).to.be.oneOf([
        `Data directory "${config}" is not a directory: set it with --data\n`,
        `Data directory "${config}/below" cannot be created: a part of its path is a file and not a directory\n`,
      ]);
    }
  });

  it('starts a round after a heartbeat without a request', async () => {
    const exporter = await start(['--config', await yaml(`heartbeat: 1s\nrouters:\n${router('gateway')}`)]);
    const received = async () => {
      const wan = (await exporter.api('/api.php?action=wan')) as { data: { rx_bytes: number }[] };
      return wan.data[0]?.rx_bytes;
    };
    await eventually('a first reading', async () => (await received()) === 0);
    counter = 9;
    await eventually('a reading of 9 bytes', async () => (await received()) === 9);
  });
});

describe('wrtmeter demo', () => {
  it('without an address of its own never listens on all of them', async () => {
    const server = http.createServer();
    // Where another program has the port, that does as well.
    await new Promise<unknown>((done) => server.once('error', done).listen(9780, '127.0.0.1', () => done(null)));
    try {
      const { code, err } = await run(['demo'], tmpdir(), { WRTMETER_LISTEN: ' ' });
      expect(code).to.equal(1);
      expect(err).to.match(/^Cannot listen on 127\.0\.0\.1:9780: the port is already in use; .*\n$/);
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  it('shows a simulated home where WRTMETER_LISTEN says, and ignores other routers and ledgers', async () => {
    const port = await freePort();
    const own = { WRTMETER_LISTEN: `127.0.0.1:${port}`, WRTMETER_ROUTERS: 'own=http://127.0.0.1:1', WRTMETER_DATA: '/dev/null' };
    const child = spawn(process.execPath, [MAIN, 'demo'], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...own } });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    let out = '';
    await new Promise<void>((done) => {
      child.stdout.on('data', (data) => {
        out += data;
        if (/listening/.test(out)) done();
      });
    });
    const total = async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/^wrtmeter_wan_download_bytes_total\S* (\d+)/m.exec(text)?.[1]);
    };
    // It begins with an imported past.
    const before = await total();
    expect(before).to.be.above(1e12);
    await eventually('traffic', async () => (await total()) > before);
    const limits = async () =>
      (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).match(/^wrtmeter_limit_active.* 1$/gm) ?? [];
    await eventually('limits', async () => (await limits()).length >= 2);
    child.kill('SIGTERM');
    expect(await ended).to.equal(0);
    expect(out).to.match(/simulated routers/);
  });

  it('leaves no folder behind, however early it is stopped', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wrtmeter-demos-'));
    const listening = { WRTMETER_LISTEN: `127.0.0.1:${await freePort()}`, TMPDIR: folder };
    try {
      const child = spawn(process.execPath, [MAIN, 'demo'], { stdio: 'ignore', env: { ...process.env, ...listening } });
      const ended = new Promise<number | null>((done) => child.once('close', done));
      await eventually('a folder', async () => (await readdir(folder)).length > 0);
      child.kill('SIGINT');
      expect(await ended).to.equal(0);
      expect(await readdir(folder)).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
