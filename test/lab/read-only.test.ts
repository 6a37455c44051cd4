import { chmod, chown, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openToRead } from '../../src/ledger/storage/driver/read.ts';
import { finish, output } from '../support/program/command.ts';
import { startExporter } from '../support/program/exporter.ts';
import { type TinyDisk, tinyDisk } from '../support/program/tiny-disk.ts';
import { type CountingRouter, countingRouter } from '../support/routers/counting-router.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

describe('a ledger where nothing can be written', function () {
  this.timeout(60_000);
  let directory: string;
  let config: string;
  let router: CountingRouter;
  let disk: TinyDisk;
  let data: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-read-only-'));
    router = await countingRouter();
    config = join(directory, 'routers.json');
    await output(['sh', '-c', `cat > '${config}'`], { input: router.config });
    disk = await tinyDisk(directory, 'disk ?#%41', '16m');
    data = join(disk.path, 'data');
    await mkdir(data);
  });
  afterEach(async () => {
    await disk.remove();
    router.close();
    await rm(directory, { recursive: true });
  });

  const command = (...args: string[]) => finish([process.execPath, MAIN, ...args, '--config', config], { cwd: directory });
  /** Without times of day, which pass meanwhile. */
  const timeless = (text: string) => text.replaceAll(/just now|\d+ \w+ ago|\d\d:\d\d(:\d\d)?/g, 'then').replaceAll(/ +/g, ' ');
  const readAll = async (from: string) => {
    const answers = [];
    for (const args of [['print', 'wan'], ['summary'], ['export'], ['check'], ['limit', 'list'], ['bonus', 'list']]) {
      const { code, stdout, stderr } = await command(...args, '--data', from);
      answers.push([args.join(' '), code, timeless(stdout.replaceAll(from, 'DATA')), stderr]);
    }
    return answers;
  };

  /** Counts 1000 bytes. */
  async function count(signal?: 'SIGKILL') {
    const running = await startExporter({ args: ['--config', config], dataDir: data });
    for (let i = 0; i < 2; i++) {
      router.bytes += 1000;
      await running.scrape();
    }
    await running.kill(signal);
  }

  it('is read on a disk that is mounted read-only as on any other', async () => {
    await count();
    await disk.remount('ro');
    const answers = await readAll(data);
    expect(answers.map(([, code, , stderr]) => [code, stderr])).to.deep.equal(answers.map(() => [0, '']));
    const copy = join(directory, 'copy.db');
    expect((await command('backup', copy, '--data', data)).code).to.equal(0);
    await disk.remount('rw');
    expect(await readAll(data)).to.deep.equal(answers);
    await mkdir(join(directory, 'copied'));
    await copyFile(copy, join(directory, 'copied', 'ledger.db'));
    expect((await readAll(join(directory, 'copied'))).slice(0, 3)).to.deep.equal(answers.slice(0, 3));
  });

  it('is read where only its directory is mounted read-only; a change meanwhile by who can write there is an error', async () => {
    await count();
    const bound = join(directory, 'bound');
    await mkdir(bound);
    await output(['mount', '--bind', data, bound]);
    try {
      await output(['mount', '-o', 'remount,bind,ro', bound]);
      expect((await command('check', '--data', bound)).code).to.equal(0);
      const database = await openToRead(join(bound, 'ledger.db'));
      try {
        await database.all('SELECT count(*) FROM meta');
        await count();
        const failure = await database.all('SELECT count(*) FROM meta').then(
          () => 'no error',
          (error: Error) => error.message,
        );
        expect((await command('check', '--data', bound)).code).to.equal(0);
        expect(failure).to.equal(`Ledger "${bound}/ledger.db" was changed while it was read: try again`);
      } finally {
        await database.close();
      }
    } finally {
      await output(['umount', '-l', bound]);
    }
  });

  it('says what to do on such a disk where the last postings are still in the log', async () => {
    await count('SIGKILL');
    await rm(join(data, 'ledger.db-shm'));
    await disk.remount('ro');
    const { code, stderr } = await command('print', 'wan', '--data', data);
    expect([code, stderr]).to.deep.equal([
      1,
      `Ledger "${data}/ledger.db": the disk is mounted read-only, and the last postings are still in "ledger.db-wal": ` +
        'copy both files to a directory that can be written, and name it with --data\n',
    ]);
    const copied = join(directory, 'copied');
    await mkdir(copied);
    for (const name of await readdir(data)) if (name.startsWith('ledger.db')) await copyFile(join(data, name), join(copied, name));
    expect((await command('print', 'wan', '--data', copied)).code).to.equal(0);
  });

  it('says who can read it where this user cannot', async () => {
    await count();
    const file = join(data, 'ledger.db');
    await chmod(directory, 0o755);
    await chmod(disk.path, 0o755);
    await chmod(data, 0o755);
    await chown(file, 1234, 1234);
    const failureWith = async (mode: number) => {
      await chmod(file, mode);
      const other = ['setpriv', '--reuid=4321', '--regid=4321', '--clear-groups'];
      return (await finish([...other, process.execPath, MAIN, 'print', 'wan', '--data', data], { cwd: directory })).stderr;
    };
    expect(await failureWith(0o600)).to.equal(
      `Ledger "${file}": it cannot be read: permission denied; run this as the user of wrtmeter, or as root\n`,
    );
    expect(await failureWith(0o644)).to.equal(
      `Ledger "${file}": this user cannot write in its directory, which SQLite needs to read it while no service runs: ` +
        'run this as the user of wrtmeter, or as root\n',
    );
  });
});
