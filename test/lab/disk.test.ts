import { mkdir, mkdtemp, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish, output } from '../support/program/command.ts';
import { type Exporter, startExporter } from '../support/program/exporter.ts';
import { type TinyDisk, tinyDisk } from '../support/program/tiny-disk.ts';
import { sampleValue } from '../support/prometheus/text.ts';
import { type CountingRouter, countingRouter, ROUTER_PHONE } from '../support/routers/counting-router.ts';
import { until } from '../support/until.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

describe('the program and its disk', function () {
  this.timeout(60_000);
  let directory: string;
  let config: string;
  let router: CountingRouter;
  let exporter: Exporter | null;
  let disk: TinyDisk | null;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-disk-'));
    router = await countingRouter();
    config = join(directory, 'routers.json');
    await writeFile(config, router.config);
    exporter = null;
    disk = null;
  });
  afterEach(async () => {
    await exporter?.kill('SIGKILL');
    await disk?.remove();
    router.close();
    await rm(directory, { recursive: true });
  });

  const start = async (dataDir: string) => {
    exporter = await startExporter({ args: ['--config', config], dataDir });
    return exporter;
  };
  const command = (...args: string[]) => finish([process.execPath, MAIN, ...args, '--config', config], { cwd: directory });

  /** Lets bytes flow, scrapes, and says what is shown. */
  async function flow(running: Exporter, bytes: number) {
    router.bytes += bytes;
    const samples = await running.scrape();
    return {
      wan: sampleValue(samples, 'wrtmeter_wan_download_bytes_total') ?? -1,
      phone: sampleValue(samples, 'wrtmeter_device_download_bytes_total', { mac: ROUTER_PHONE }) ?? -1,
      errors: sampleValue(samples, 'wrtmeter_ledger_write_errors_total') ?? -1,
    };
  }

  async function fill(path: string): Promise<string> {
    const filler = join(path, 'filler');
    await output(['sh', '-c', `dd if=/dev/zero of='${filler}' bs=4096 2>/dev/null; true`]);
    return filler;
  }

  it('a disk that is full at the start, or when a command reads, is called that, and nothing in the file changes', async () => {
    disk = await tinyDisk(directory, 'data', '1m');
    const running = await start(disk.path);
    await flow(running, 1000);
    const { wan } = await flow(running, 1000);
    await running.kill('SIGTERM');
    const filler = await fill(disk.path);
    for (const args of [['serve'], ['print', 'wan']]) {
      const { code, stderr } = await command(...args, '--data', disk.path);
      expect(code).to.equal(1);
      expect(stderr).to.match(/^Ledger ".*\/ledger\.(db|lock)": the disk is full: free some space\n$/);
    }
    await rm(filler);
    expect((await flow(await start(disk.path), 0)).wan).to.equal(wan);
  });

  it('a full disk fails the rounds with an error that says so; totals stay shown, nothing is lost or doubled when there is room', async () => {
    disk = await tinyDisk(directory, 'data', '16m');
    const running = await start(disk.path);
    for (let i = 0; i < 5; i++) await flow(running, 1000);
    expect((await flow(running, 1000)).wan).to.equal(5000);
    let shown = await flow(running, 0);
    const filler = await fill(disk.path);
    const before = shown;
    // Many devices at once need room; a round of a few would fit into the space that the file and its log already have.
    router.others = 3000;
    shown = await flow(running, 1000);
    expect(shown, 'what could not be written is not shown').to.deep.equal({ ...before, errors: 1 });
    expect(running.logs.join('\n')).to.include('the disk is full: free some space');
    const committed = shown.wan;
    for (let i = 0; i < 5; i++) expect((await flow(running, 1000)).wan).to.equal(committed);
    const health = await fetch(`${running.url}/-/healthy`);
    expect(health.status).to.equal(503);
    expect(await health.text()).to.include('the disk is full');
    await rm(filler);
    // The first reading showed 1000 bytes, which are not posted.
    shown = await flow(running, 1000);
    expect([shown.wan, shown.phone]).to.deep.equal([router.bytes - 1000, router.bytes - 1000]);
    expect(await running.api('/-/healthy')).to.deep.include({ status: 'ok' });
    await running.kill('SIGKILL');
    const again = await start(disk.path);
    shown = await flow(again, 0);
    expect([shown.wan, shown.phone, shown.errors]).to.deep.equal([router.bytes - 1000, router.bytes - 1000, 0]);
  });

  it('a disk of 1 MB is enough for a small ledger: its log does not grow beyond', async () => {
    disk = await tinyDisk(directory, 'data', '1m');
    const running = await start(disk.path);
    let shown = await flow(running, 0);
    for (let i = 0; i < 400; i++) shown = await flow(running, 10);
    expect(shown).to.deep.equal({ wan: 4000, phone: 4000, errors: 0 });
    expect((await stat(join(disk.path, 'ledger.db-wal'))).size).to.be.lessThan(500_000);
    // There is no room for a backup on it, which is said and counted.
    const failed = sampleValue(await running.scrape(), 'wrtmeter_ledger_backup_errors_total');
    expect(failed).to.equal(1);
    expect(running.logs.join('\n')).to.match(/Backup \\"ledger-[\d-]+\.db\\" is not made: only \d\.\d MB of the disk are free/);
  });

  it('a file that became read-only fails the rounds, and they continue when it can be written', async () => {
    if (process.getuid?.() !== 0) throw new Error('This test makes a file read-only with a mount: run it as root');
    const data = join(directory, 'data');
    const first = await start(data);
    await flow(first, 100);
    await flow(first, 100);
    await first.kill();
    const file = join(data, 'ledger.db');
    await output(['mount', '--bind', file, file]);
    try {
      await output(['mount', '-o', 'remount,bind,ro', file]);
      const running = await start(data);
      expect(await flow(running, 100)).to.deep.equal({ wan: 100, phone: 100, errors: 1 });
      expect(await flow(running, 100)).to.deep.equal({ wan: 100, phone: 100, errors: 2 });
      expect(running.logs.join('\n')).to.match(/Cannot write the ledger, .*: it cannot be written: check the permissions of the file/);
      await output(['mount', '-o', 'remount,bind,rw', file]);
      expect(await flow(running, 100)).to.deep.equal({ wan: 400, phone: 400, errors: 2 });
      expect((await flow(running, 100)).wan).to.equal(500);
      await running.kill();
    } finally {
      await output(['umount', '-l', file]);
    }
  });

  it('a file that is moved away meanwhile is the reason of /-/healthy and of Home', async () => {
    const data = join(directory, 'data');
    const running = await start(data);
    await flow(running, 100);
    await rename(join(data, 'ledger.db'), join(data, 'elsewhere.db'));
    await flow(running, 100);
    const why = 'was moved or replaced while it was in use: stop wrtmeter, put the file in its place and start it';
    for (const page of ['/-/healthy', '/']) expect(await (await fetch(running.url + page)).text(), page).to.include(why);
  });

  it('a disk that is read-only at the start is refused in a line', async () => {
    disk = await tinyDisk(directory, 'data', '2m');
    await disk.remount('ro');
    const { code, stderr } = await command('--data', disk.path, '--listen', '127.0.0.1:0');
    expect(code).to.equal(1);
    expect(stderr).to.match(/^Ledger ".*": it cannot be (opened|written): check the permissions .* mounted read-only\n$/);
  });

  it('the service makes a backup with its first posting, and comes back from it when its file is cut in half', async () => {
    const data = join(directory, 'data');
    const first = await start(data);
    await flow(first, 1000);
    await flow(first, 1000);
    const backups = () => readdir(join(data, 'backups')).catch(() => []);
    await until('a backup is made', async () => (await backups()).length === 1);
    expect(sampleValue(await first.scrape(), 'wrtmeter_ledger_backup_errors_total')).to.equal(0);
    await first.kill();
    const file = join(data, 'ledger.db');
    await truncate(file, Math.floor((await stat(file)).size / 2));
    const second = await start(data);
    expect(second.logs.join('\n')).to.match(/"level":"error",.*took its place; what the routers' counters still tell is added/);
    const shown = await flow(second, 1000);
    // The first backup holds the baselines of the first reading; all bytes since are still in the counters.
    expect([shown.wan, shown.phone]).to.deep.equal([2000, 2000]);
    expect((await readdir(data)).filter((name) => name.startsWith('ledger-damaged-'))).to.not.deep.equal([]);
  });

  it('a backup that is killed leaves no half file under its name, and the ledger as it was', async () => {
    const data = join(directory, 'data');
    await mkdir(data);
    const running = await start(data);
    await flow(running, 1000);
    await flow(running, 1000);
    for (const [i, wait] of [80, 120, 160, 200, 240, 280].entries()) {
      const file = join(directory, `copy-${i}.db`);
      await finish([
        'timeout',
        '-s',
        'KILL',
        String(wait / 1000),
        process.execPath,
        MAIN,
        'backup',
        file,
        '--data',
        data,
        '--config',
        config,
      ]);
      const size = await stat(file).then(
        (found) => found.size,
        () => null,
      );
      if (size === null) continue;
      const target = join(directory, `data-${i}`);
      expect((await command('restore', file, '--data', target)).code).to.equal(0);
      expect((await command('check', '--data', target)).code).to.equal(0);
    }
    expect((await flow(running, 1000)).wan).to.equal(2000);
    const { code, stdout } = await command('check', '--data', data);
    expect([code, stdout.trimEnd().split('\n').at(-1)]).to.deep.equal([0, 'ledger is good']);
  });
});
