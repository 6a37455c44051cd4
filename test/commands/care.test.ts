import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile as readConfig } from '../../src/app/read-file.ts';
import { backup } from '../../src/commands/backup.ts';
import { check } from '../../src/commands/check/check.ts';
import type { DatedIo } from '../../src/commands/common/command-io.ts';
import { forget } from '../../src/commands/forget.ts';
import { restore } from '../../src/commands/restore.ts';
import { openDatabase } from '../../src/ledger/storage/driver/sqlite.ts';
import { LOGGER_HEADER } from '../../src/views/logger/line.ts';
import { openHome, type SmallHome, stations, wan } from '../support/homes/small-home.ts';
import { peer, peers, publicKey } from '../support/wireguard/peers.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const TV = '00:00:5e:00:53:03';
const OPTIONS = { data: '.', timezone: 'Europe/Berlin' };

describe('backup, restore, forget and check of the ledger', () => {
  let home: SmallHome;
  let path: string;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] } });
    path = join(home.directory, 'ledger.db');
    for (const [seconds, bytes] of [
      [0, 1000],
      [60, 5000],
    ] as const) {
      const counters = { download: bytes, upload: bytes / 10 };
      await home.read(NOW - 3_600_000 + seconds * 1000, {
        gateway: { sources: { wan: wan([{ name: 'wan', bytes: counters }]), stations: stations([{ mac: TV, bytes: counters }]) } },
      });
    }
  });
  afterEach(() => home.close());

  async function said(command: (io: DatedIo) => Promise<number>, env: NodeJS.ProcessEnv = {}) {
    const out = { stdout: '', stderr: '' };
    const write = (stream: keyof typeof out) => ({
      write: (text: string) => {
        out[stream] += text;
      },
    });
    const io = { env, cwd: home.directory, readFile: readConfig, systemTimezone: 'Europe/Berlin', clock: { now: () => NOW } };
    const code = await command({ ...io, stdout: write('stdout'), stderr: write('stderr') });
    return { code, ...out };
  }

  it('backup: writes a copy to the given file while the service runs, and never overwrites a file', async () => {
    const first = await said((io) => backup('mine.db', OPTIONS, io));
    expect(first).to.deep.equal({
      code: 0,
      stdout: `backup "${home.directory}/mine.db" written: ${first.stdout.match(/\d[\d.]+ KiB/)?.[0]}, last posting 2026-11-20 18:01:00\n`,
      stderr: '',
    });
    expect(await said((io) => backup('mine.db', OPTIONS, io))).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: `"${home.directory}/mine.db" already exists: use another file name\n`,
    });
    expect((await said((io) => backup('.', OPTIONS, io))).stderr).to.equal(
      `"${home.directory}" is a directory: add a file name, such as ${home.directory}/ledger-copy.db\n`,
    );
    expect((await said((io) => backup('nowhere/mine.db', OPTIONS, io))).stderr).to.match(
      /^Backup ".*nowhere\/mine\.db" cannot be written: no such file or directory\n$/,
    );
  });

  it('backup and check: as JSON', async () => {
    const written = JSON.parse((await said((io) => backup('mine.db', { ...OPTIONS, json: true }, io))).stdout);
    expect(written).to.include({ path: join(home.directory, 'mine.db'), posted_at: '2026-11-20T17:01:00Z' });
    expect(written.bytes).to.be.above(0);
    const { code, stdout } = await said((io) => check({ ...OPTIONS, json: true }, io));
    expect([code, JSON.parse(stdout).ledger]).to.deep.equal([0, { good: true, problems: [] }]);
  });

  it('restore and forget: as JSON, exactly what was done', async () => {
    await said((io) => backup('mine.db', OPTIONS, io));
    await home.ledger.close();
    const restored = await said((io) => restore('mine.db', { ...OPTIONS, json: true }, io));
    const kept = join(home.directory, 'ledger-replaced-2026-11-20T18-00-00.db');
    expect(JSON.parse(restored.stdout)).to.deep.equal({ path: join(home.directory, 'mine.db'), posted_at: '2026-11-20T17:01:00Z', kept });
    const forgotten = await said((io) => forget(TV, { ...OPTIONS, json: true }, io));
    expect(JSON.parse(forgotten.stdout)).to.deep.equal({
      deleted: [
        {
          mac: TV,
          public_key: null,
          accounts: 2,
          days: 2,
          hours: 2,
          names: 1,
          leases: 0,
          peers: 0,
          audit_rows: 0,
          baselines_kept: 1,
          configured: false,
        },
      ],
      files: [kept],
    });
    expect(await said((io) => forget(TV, { ...OPTIONS, json: true }, io))).to.deep.include({ code: 1, stdout: '' });
  });

  it('backup: without a name, rewrites the backup of the local day', async () => {
    for (let i = 0; i < 2; i++) {
      expect((await said((io) => backup(undefined, OPTIONS, io))).stdout).to.match(/^backup ".*\/backups\/ledger-2026-11-20\.db" written/);
    }
  });

  it('backup, forget and check: without a ledger they say so and create none', async () => {
    const options = { ...OPTIONS, data: 'empty' };
    for (const command of [
      (io: DatedIo) => backup(undefined, options, io),
      (io: DatedIo) => forget(TV, options, io),
      (io: DatedIo) => check(options, io),
    ]) {
      const { code, stderr } = await said(command);
      expect([code, stderr.replace(home.directory, '')]).to.deep.equal([
        1,
        'There is no ledger at "/empty/ledger.db": start wrtmeter once, or set its data directory with --data\n',
      ]);
    }
  });

  it('restore: the backup replaces the ledger, which is kept', async () => {
    await said((io) => backup('mine.db', OPTIONS, io));
    await home.ledger.close();
    expect(await said((io) => restore('mine.db', OPTIONS, io))).to.deep.equal({
      code: 0,
      stdout: `"mine.db" restored, last posting 2026-11-20 18:01:00; the previous ledger is kept as "${home.directory}/ledger-replaced-2026-11-20T18-00-00.db"\n`,
      stderr: '',
    });
    expect((await said((io) => check(OPTIONS, io))).code).to.equal(0);
  });

  it('restore: refused while the service runs, and for a bad file', async () => {
    await said((io) => backup('mine.db', OPTIONS, io));
    const running = await said((io) => restore('mine.db', OPTIONS, io));
    expect([running.code, running.stderr]).to.deep.equal([
      1,
      `Ledger in "${home.directory}" is in use by another wrtmeter: stop it first, or use another directory with --data\n`,
    ]);
    await home.ledger.close();
    await truncate(join(home.directory, 'mine.db'), 9000);
    expect((await said((io) => restore('mine.db', OPTIONS, io))).stderr).to.match(/^".*mine\.db" cannot be restored: file is damaged.*\n$/);
  });

  it('a directory in place of a file is called that, not a disk that fails', async () => {
    await home.ledger.close();
    const isDirectory = (name: string) => `"${join(home.directory, name)}" is a directory, where a ledger is one file: check the path\n`;
    await mkdir(join(home.directory, 'copies'));
    expect(await said((io) => restore('copies', OPTIONS, io))).to.deep.equal({ code: 1, stdout: '', stderr: isDirectory('copies') });
    await mkdir(join(home.directory, 'new', 'ledger.db'), { recursive: true });
    expect((await said((io) => check({ data: 'new' }, io))).stderr).to.equal(isDirectory('new/ledger.db'));
    await writeFile(join(home.directory, 'file'), '');
    const { stderr } = await said((io) => check({ data: 'file' }, io));
    expect(stderr).to.equal(`Data directory "${join(home.directory, 'file')}" is not a directory: set it with --data\n`);
  });

  it('forget: says what was deleted, what stays for a while, and which files still contain it', async () => {
    await said((io) => backup(undefined, OPTIONS, io));
    await writeFile(join(home.directory, 'wrtmeter.yaml'), `devices: { tv: { macs: [${TV}] } }\n`);
    expect((await said((io) => forget(TV, OPTIONS, io))).stderr).to.include('stop it first');
    await home.ledger.close();
    const { code, stdout } = await said((io) => forget(TV.toUpperCase(), OPTIONS, io));
    expect([code, stdout.replaceAll(home.directory, '')]).to.deep.equal([
      0,
      [
        `${TV} deleted: 2 accounts, 2 days and 2 hours of history, 1 name, 0 leases, 0 audit rows`,
        'A router still shows its counter, so its baseline was kept: without it, all bytes would be counted again. Run this again when it has left',
        'The configuration still has it: remove it from "devices" and "users"',
        'These files still contain it; remove them, then create a new backup with "wrtmeter backup":',
        '  /backups/ledger-2026-11-20.db',
        '',
      ].join('\n'),
    ]);
    expect((await said((io) => forget('tv', OPTIONS, io))).code).to.equal(2);
    const unknown = await said((io) => forget('02:00:00:00:00:99', OPTIONS, io));
    expect([unknown.code, unknown.stderr]).to.deep.equal([1, 'The ledger has nothing about "02:00:00:00:00:99"\n']);
  });

  it('forget: a peer, of which there is one day and one hour', async () => {
    const source = (bytes: number) => peers([peer(1, { bytes: { download: bytes, upload: 0 } })]);
    for (const n of [1, 2]) await home.read(NOW - 3_000_000 + n * 60_000, { gateway: { sources: { peers: source(n * 1000) } } });
    await home.ledger.close();
    const { stdout } = await said((io) => forget(publicKey(1), OPTIONS, io));
    expect(stdout.split('\n')[0]).to.match(/ deleted: 1 account, 1 day and 1 hour of history, 0 names, 0 leases, 1 peer, /);
  });

  it("forget: removes the device's files of csv, and no other", async () => {
    const csv = join(home.directory, 'csv');
    await mkdir(csv);
    const own = '00-00-5E-00-53-03_192.168.1.9.csv';
    for (const file of [own, '00-00-5E-00-53-04_192.168.1.8.csv', 'all.csv']) await writeFile(join(csv, file), LOGGER_HEADER);
    const kept = { 'all.csv': { macs: [TV, '00:00:5e:00:53:04'], total: 0, off_peak: 0 } };
    await writeFile(join(csv, '.wrtmeter-csv.json'), JSON.stringify(kept));
    await writeFile(join(home.directory, 'wrtmeter.yaml'), 'csv: { directory: ./csv }\n');
    await home.ledger.close();
    const { code, stdout } = await said((io) => forget(TV, OPTIONS, io));
    expect([code, stdout]).to.satisfy(([, text]: [number, string]) => text.includes(`${join(csv, own)} removed\n`));
    expect((await readdir(csv)).sort()).to.deep.equal(['.wrtmeter-csv.json', '00-00-5E-00-53-04_192.168.1.8.csv', 'all.csv']);
    expect(await readFile(join(csv, '.wrtmeter-csv.json'), 'utf8')).not.to.include(TV);
  });

  it('forget: lists the backups with the device also where its files of csv cannot be removed', async () => {
    await writeFile(join(home.directory, 'csv'), 'in the way');
    await writeFile(join(home.directory, 'wrtmeter.yaml'), 'csv: { directory: ./csv }\n');
    await said((io) => backup(undefined, OPTIONS, io));
    await home.ledger.close();
    const { code, stdout, stderr } = await said((io) => forget(TV, { ...OPTIONS, json: true }, io));
    expect(code).to.equal(1);
    expect(JSON.parse(stdout).files).to.have.length(1);
    expect(stderr).to.include(`Files of csv in "${join(home.directory, 'csv')}" cannot be removed, remove those of the device by hand: `);
  });

  it('forget: a name stands for all MACs of its device', async () => {
    const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
    for (const bytes of [1, 1000]) {
      const found = macs.map((mac) => ({ mac, bytes: { download: bytes, upload: bytes } }));
      await home.read(NOW + bytes * 1000, { gateway: { sources: { stations: stations(found) } } });
    }
    await writeFile(join(home.directory, 'wrtmeter.yaml'), `devices: { laptop: { macs: [${macs}] } }\n`);
    await home.ledger.close();
    expect((await said((io) => forget('laptpo', OPTIONS, io))).stderr).to.equal(
      'No device "laptpo" has been counted: did you mean "laptop"?\n',
    );
    const { code, stdout } = await said((io) => forget('Laptop', OPTIONS, io));
    expect([code, stdout.match(/^02.* deleted: 2 accounts/gm)?.length]).to.deep.equal([0, 2]);
  });

  it('backup and check show sizes in the configured units', async () => {
    const decimal = { WRTMETER_UNITS: 'si' };
    expect((await said((io) => backup(undefined, OPTIONS, io), decimal)).stdout).to.match(/ written: [\d.]+ kB, /);
    expect((await said((io) => check(OPTIONS, io), decimal)).stdout).to.match(
      /ledger\.db, [\d.]+ kB, log [\d.]+ kB, good[\s\S]+-20\.db, [\d.]+ kB, good/,
    );
  });

  it('check --data: shows what is in the ledger and whether it is good', async () => {
    await said((io) => backup(undefined, OPTIONS, io));
    const { code, stdout, stderr } = await said((io) => check(OPTIONS, io));
    expect([code, stderr]).to.deep.equal([0, '']);
    const report = stdout.slice(stdout.indexOf('configuration is valid')).replaceAll(home.directory, '');
    expect(report.replace(/[\d.]+ KiB/g, 'SIZE').replace(/^ledger driver: .*\n/m, '')).to.equal(
      [
        'configuration is valid',
        '',
        'ledger    /ledger.db, SIZE, log SIZE, good',
        'counted   since 2026-11-20 18:00:00, last posting 2026-11-20 18:01:00',
        'accounts  1 device, 1 station, 1 uplink',
        'days      2026-11-20 to 2026-11-20, 3 rows',
        'hours     2026-11-20 18:00 to 2026-11-20 18:00, 3 rows',
        'readers   2 sources, 2 baselines',
        'names     1 device, 0 leases',
        'audit     0 rows',
        'sums      8 rules hold',
        'backups   ledger-2026-11-20.db, SIZE, good',
        '',
        'ledger is good',
        '',
      ].join('\n'),
    );
  });

  it('check --data: exit code 1 and one line per problem', async () => {
    await said((io) => backup(undefined, OPTIONS, io));
    await home.ledger.close();
    await truncate(join(home.directory, 'backups/ledger-2026-11-20.db'), 0);
    const database = await openDatabase(path, 'write');
    await database.exec(
      "UPDATE day SET download = 7 WHERE account = (SELECT id FROM account WHERE kind = 'wan'); DELETE FROM reader WHERE source = 'wan'",
    );
    await database.close();
    const wrong = await said((io) => check(OPTIONS, io));
    expect([wrong.code, wrong.stderr.replaceAll(home.directory, '')]).to.deep.equal([
      1,
      [
        'This does not hold: the days of an account add up to its total (wan gateway wan)',
        'This does not hold: the hours of an account are not more than the days they lie in (wan gateway wan)',
        'This does not hold: every hour and day belongs to an account, every account has its total, every reader its time, every baseline its reader and its bytes (baselines of reader 1)',
        'Backup "/backups/ledger-2026-11-20.db": file is empty',
        '',
      ].join('\n'),
    ]);
    expect(wrong.stdout).to.not.include('ledger is good');
    await writeFile(path, (await readFile(path)).fill(1, 100, 8000));
    await rm(`${path}-wal`, { force: true });
    const damaged = await said((io) => check(OPTIONS, io));
    expect([damaged.code, damaged.stderr]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && /^Ledger ".*": file is (damaged|not a database)/.test(text),
    );
  });
});
