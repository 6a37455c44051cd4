import { mkdir, mkdtemp, readFile as readBytes, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { type ImportCli, importFrom } from '../../../src/commands/import/import.ts';
import { dayNumber } from '../../../src/domain/calendar.ts';
import type { ImportProgram } from '../../../src/ledger/import/figures.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { type Database, openDatabase } from '../../../src/ledger/storage/driver/sqlite.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { parseStations } from '../../../src/sources/classic/classic.ts';
import { parseWan } from '../../../src/sources/classic/wan.ts';
import { WAN_RULES } from '../../../src/sources/openwrt/uplinks.ts';
import { TERMS } from '../../support/ledger/rounds.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const TV = '02:00:00:00:00:03';
const PHONE = '02:00:00:00:00:04';
const ZONE = 'Europe/Berlin';
const CLASSIC = {
  '192.168.1.1': { ap_stats: 'http://192.168.1.1/cgi-bin/totalwifi.cgi', wan_stats: 'http://192.168.1.1/cgi-bin/wan.cgi' },
};
const fixtures = join(import.meta.dirname, '../../fixtures/import');

describe('wrtmeter import', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-import-test-'));
    await configure(CLASSIC);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const configure = (routers: unknown) => writeFile(join(directory, 'routers.json'), JSON.stringify(routers));
  const path = (name: string) => join(directory, name);

  async function imported(
    program: ImportProgram,
    files: string[],
    options: ImportCli = {},
    now = NOW,
    input = '',
    env: NodeJS.ProcessEnv = {},
  ) {
    const out = { stdout: '', stderr: '' };
    const write = (stream: keyof typeof out) => ({
      write: (text: string) => {
        out[stream] += text;
      },
    });
    const io = { env, cwd: directory, readFile, systemTimezone: ZONE, clock: { now: () => now, tick: () => 0 } };
    async function* stdin() {
      yield Buffer.from(input);
    }
    const code = await importFrom(
      program,
      files,
      { data: 'data', timezone: ZONE, config: 'routers.json', ...options },
      { ...io, stdin: stdin(), stdout: write('stdout'), stderr: write('stderr') },
    );
    return { code, ...out };
  }

  const rows = async (sql: string) => {
    const database = await openDatabase(path('data/ledger.db'), 'read');
    return database.all(sql).finally(() => database.close());
  };
  const totals = async () =>
    Object.fromEntries(
      (await rows('SELECT kind, router, interface, key, download, upload FROM account JOIN total ON account = id')).map((row) => [
        `${row.kind} ${row.router}${row.interface}${row.key}`,
        [row.download, row.upload],
      ]),
    );
  const dump = async () =>
    JSON.stringify(await Promise.all(['account', 'total', 'day', 'audit'].map((table) => rows(`SELECT * FROM ${table}`))));

  /** Posts the answers of the router's classic scripts, to the ledger that the service would use. */
  async function read(at: number, answers: { stations?: string; wan?: string }) {
    const ledger = await openLedger(await openStore(path('data')), { ...TERMS, timezone: ZONE }, at);
    const results = [
      ...(answers.stations === undefined ? [] : [{ script: 'totalwifi.cgi', observation: stationsOf(answers.stations) }]),
      ...(answers.wan === undefined ? [] : [{ script: 'wan.cgi', observation: wanOf(answers.wan) }]),
    ];
    const posted = await ledger.post(
      {
        startedAt: at - 40,
        finishedAt: at,
        routers: [
          {
            router: '192.168.1.1',
            system: null,
            results: results.map(({ script, observation }) => ({
              status: 'ok' as const,
              source: observation.source,
              origin: `classic http://192.168.1.1/cgi-bin/${script}`,
              observation,
              skipped: 0,
              at,
              duration: 0.04,
            })),
          },
        ],
      },
      () => at,
    );
    await ledger.close();
    expect(posted.status).to.equal('posted');
  }

  describe('from the classic collectors', () => {
    const LATE = '2026-11-20 18:30:00'; // in Berlin, half an hour ago

    it('the month so far, the last readings and the names; counting continues without a gap', async () => {
      await classicFiles(path('old'), {
        monthly: [
          [TV, 1_000, 40_000_000_000, LATE],
          ['main_wan', 90_000_000_000, 5_000, LATE],
        ],
        cumulative: [
          [TV, 500, 7_000],
          ['main_wan', 3_000, 2_000],
        ],
        leases: [[TV, '192.168.1.24', 'living-room-tv']],
      });
      const planned = await imported('classic', ['old'], { dryRun: true }, NOW, '', { WRTMETER_UNITS: 'si' });
      expect(planned.stdout, 'units: si').to.match(/^192.168.1.1 wan +2026-11-01 +2026-11-20 +20 +90\.0 GB +5\.00 kB +0 B$/m);
      expect(planned.stdout).to.include('Would import 130 GB down and 6.00 kB up on');
      const { code, stdout, stderr } = await imported('classic', ['old']);
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout.split('\n').slice(0, 3)).to.deep.equal([
        'Account            From        To          Days  Download    Upload  In ledger',
        '192.168.1.1 wan    2026-11-01  2026-11-20    20  83.8 GiB  4.88 KiB        0 B',
        `${TV}  2026-11-01  2026-11-20    20  37.3 GiB    1000 B        0 B`,
      ]);
      expect(stdout).to.match(/\nImported 121 GiB down and 5.86 KiB up on 40 days of 2 accounts, 1 name, 2 readings\n$/);

      await read(NOW, { stations: `${TV} 600 7050\n${PHONE} 10 20\n`, wan: 'wan: 3500 100\n' });
      expect(await totals()).to.deep.equal({
        'wan 192.168.1.1wan': [90_000_000_500, 5_100], // one direction continued, the other restarted
        [`device ${TV}`]: [40_000_000_050, 1_100],
        [`device ${PHONE}`]: [20, 10],
        [`station 192.168.1.1${TV}`]: [50, 100],
        [`station 192.168.1.1${PHONE}`]: [20, 10],
      });
      expect(await rows('SELECT name, ip FROM device WHERE name IS NOT NULL')).to.deep.equal([
        { name: 'living-room-tv', ip: '192.168.1.24' },
      ]);
      expect(await rows("SELECT download, why FROM audit WHERE kind = 'import' AND counter <> ''")).to.deep.equal([
        { download: 40_000_000_000, why: '2026-11-01 to 2026-11-20, 20 days, from "old"' },
        { download: 90_000_000_000, why: '2026-11-01 to 2026-11-20, 20 days, from "old"' },
      ]);
    });

    it('--dry-run shows the same and writes nothing', async () => {
      await classicFiles(path('old'), { monthly: [[TV, 1, 2, LATE]] });
      const preview = await imported('classic', ['old'], { dryRun: true });
      expect(preview.stdout).to.match(/\nWould import 2 B down and 1 B up on 2 days of 1 account; nothing was written\n$/);
      expect(await readdir(directory)).to.have.members(['old', 'routers.json']);
      const { stdout } = await imported('classic', ['old']);
      expect(stdout.split('\n').slice(0, 2)).to.deep.equal(preview.stdout.split('\n').slice(0, 2));
    });

    it('a second import changes nothing, before and after the ledger counts itself', async () => {
      await classicFiles(path('old'), {
        monthly: [[TV, 1_000, 40_000, LATE]],
        cumulative: [[TV, 500, 7_000]],
        leases: [[TV, '192.168.1.24', 'tv']],
      });
      await imported('classic', ['old']);
      for (const counted of [500, 900]) {
        await read(NOW + counted * 1000, { stations: `${TV} ${counted} 7000\n` });
        const before = await dump();
        const { code, stdout } = await imported('classic', ['old'], {}, NOW + 3_600_000);
        expect([code, stdout.trimEnd().split('\n').at(-1)]).to.deep.equal([
          0,
          'Nothing to import: the ledger already has everything it can take',
        ]);
        expect(await dump()).to.equal(before);
      }
    });

    it('a collector that kept running is not counted twice', async () => {
      await read(Date.UTC(2026, 10, 10, 12), { stations: `${TV} 0 0\n` });
      await read(Date.UTC(2026, 10, 20, 12), { stations: `${TV} 0 300\n` });
      await classicFiles(path('old'), { monthly: [[TV, 0, 1_000, LATE]] });
      const { stdout } = await imported('classic', ['old']);
      expect(stdout).to.match(
        /reaches past the ledger's last reading at 2026-11-20 13:00, from which it continues: start the service, stop it,/,
      );
      expect((await totals())[`device ${TV}`]).to.deep.equal([300, 0]);

      await read(NOW, { stations: `${TV} 0 400\n` });
      await imported('classic', ['old']);
      expect((await totals())[`device ${TV}`]).to.deep.equal([1_000, 0]);
      expect(
        await rows(
          `SELECT sum(day.download) AS bytes FROM day JOIN account ON id = account WHERE kind = 'device' AND day < ${dayNumber(2026, 11, 10)}`,
        ),
      ).to.deep.equal([{ bytes: 600 }]);
    });

    it('a service that was started before the import: the preview says why the last readings are not taken, and what that costs', async () => {
      await read(NOW - 600_000, { stations: `${TV} 900 8000\n`, wan: 'wan: 3500 100\n' });
      await classicFiles(path('old'), {
        monthly: [
          [TV, 1_000, 40_000, LATE],
          ['main_wan', 3, 4, LATE],
        ],
        cumulative: [
          [TV, 500, 7_000],
          ['main_wan', 3_000, 2_000],
        ],
      });
      for (const dryRun of [true, false]) {
        const { stdout } = await imported('classic', ['old'], { dryRun });
        for (const source of ['stations', 'wan']) {
          expect(stdout).to.match(
            new RegExp(
              `last reading of classic \\(${source}\\) +the ledger continues from its own reading of 192.168.1.1, because the service was ` +
                'started before this import: what was counted between 2026-11-20 18:30 and its first reading is in neither',
            ),
          );
        }
      }
    });

    it('a database without last readings: the preview says so', async () => {
      await classicFiles(path('old'), { monthly: [[TV, 1, 2, LATE]] });
      const { stdout } = await imported('classic', ['old'], { dryRun: true });
      expect(stdout).to.match(/last reading of classic \(stations\) +the files have none \(cumulative_stats\), so counting starts with/);
      expect(stdout).to.not.include('(wan)');
    });

    it('an older copy beside the newer files: its last readings are not continued with what the newer month has', async () => {
      await classicFiles(path('old'), { monthly: [[TV, 0, 1_000, '2026-11-10 12:00:00']], cumulative: [[TV, 0, 11_000]] });
      await classicFiles(path('new'), { monthly: [[TV, 0, 3_000, LATE]], cumulative: [[TV, 0, 13_000]] });
      const { stdout } = await imported('classic', ['new', 'old']);
      expect(stdout).to.include(`the files show different ones of ${TV}: name only the newest files`);
      await read(NOW, { stations: `${TV} 0 13500\n` });
      expect((await totals())[`device ${TV}`]).to.deep.equal([3_000, 0]);
    });

    it('files that are named twice are one', async () => {
      await classicFiles(path('old'), { monthly: [[TV, 0, 3_000, LATE]], cumulative: [[TV, 0, 13_000]] });
      await imported('classic', ['old', 'old/network_stats.db']);
      await read(NOW, { stations: `${TV} 0 13500\n` });
      expect((await totals())[`device ${TV}`]).to.deep.equal([3_500, 0]);
    });

    it('last readings of several routers are left out, with a reason', async () => {
      await configure({
        ...CLASSIC,
        attic: { ap_stats: 'http://192.168.1.2/cgi-bin/totalwifi.cgi', wan_stats: 'http://192.168.1.2/wan.cgi' },
      });
      await classicFiles(path('old'), {
        monthly: [
          [TV, 1, 2, LATE],
          ['main_wan', 3, 4, LATE],
        ],
        cumulative: [[TV, 500, 7_000]],
      });
      const { stdout } = await imported('classic', ['old']);
      expect(stdout).to.match(/last reading of classic \(stations\) .* its counters do not name a router, and several are configured/);
      expect(stdout).to.match(/main_wan +3 B +4 B +several routers have an uplink: choose one with --router/);
      expect(await rows('SELECT * FROM reader')).to.deep.equal([]);
      await imported('classic', ['old'], { router: 'ATTIC' });
      expect((await totals())['wan atticwan']).to.deep.equal([3, 4]);
    });

    it('rows that cannot be right are left out one by one; a hostile name is cleaned', async () => {
      await classicFiles(path('old'), {
        monthly: [
          [TV, 1, 2, LATE],
          ['02:00:00:00:00:05', -1, 2, LATE],
          ['02:00:00:00:00:06', 'many', 2, LATE],
          ['02:00:00:00:00:07', '9223372036854775807', 2, LATE],
          ['02:00:00:00:00:08', 1, 2, '1970-01-01 00:00:10'],
          ['02:00:00:00:00:09', 1, 2, '2026-13-01 00:00:00'],
          ['02:00:00:00:00:0a', 1, 2, '2027-01-01 00:00:00'],
          ['02:00:00:00:00:0b', 9e15, 2, LATE],
          ["'; DROP TABLE day; --", 1, 2, LATE],
        ],
        leases: [[TV, 'nowhere', `\u001b]0;owned\u0007\u202e${'x'.repeat(500)}`]],
      });
      const { code, stdout } = await imported('classic', ['old'], { json: true });
      expect(code).to.equal(0);
      const { accounts, left_out: leftOut } = JSON.parse(stdout);
      expect(accounts.map(({ mac, days }: { mac: string; days: number }) => [mac, days])).to.deep.equal([
        [TV, 2],
        ['02:00:00:00:00:0b', 0],
      ]);
      expect(accounts[1].left_out[0].why).to.equal('more than 10000000000 bit/s could carry');
      expect(leftOut.map(({ why }: { why: string }) => why)).to.deep.equal([
        'its month has no byte counts',
        'its month has no byte counts',
        'its month has no byte counts',
        '"1970-01-01 00:00:10" cannot be right, so its month is unknown',
        '"2026-13-01 00:00:00" is not a time, so its month is unknown',
        '"2027-01-01 00:00:00" cannot be right, so its month is unknown',
        'neither a MAC nor main_wan',
        'the files have none (cumulative_stats), so counting starts with the first reading of the service',
      ]);
      expect(await rows('SELECT name, ip FROM device')).to.deep.equal([{ name: `]0;owned${'x'.repeat(55)}`, ip: null }]);
    });

    it('a database in WAL mode is read with its log, and nothing beside it is touched', async () => {
      const database = await classicFiles(path('old'), {}, true);
      await database.exec(`INSERT INTO monthly_stats VALUES ('${TV}', 1, 2, '${LATE}')`);
      try {
        const before = await tracesOf(path('old'));
        expect(before.map(([name]) => name)).to.include('network_stats.db-wal');
        expect((await imported('classic', [join('old', 'network_stats.db')])).code).to.equal(0);
        expect(await tracesOf(path('old'))).to.deep.equal(before);
      } finally {
        await database.close();
      }
      expect((await totals())[`device ${TV}`]).to.deep.equal([2, 1]);
    });

    it('a damaged, foreign or missing file is one line and exit code 2, and no ledger is created', async () => {
      await classicFiles(path('old'), { monthly: Array.from({ length: 500 }, (_, i) => [`row ${i}`, i, i, LATE]) });
      await truncate(path('old/network_stats.db'), 9_000);
      await writeFile(path('text.db'), 'hello');
      await mkdir(path('empty'));
      const other = await openDatabase(path('other.db'), 'create');
      await other.exec('CREATE TABLE x(y)');
      await other.close();
      for (const [file, message] of [
        [
          'old',
          /^File ".*network_stats.db" is damaged: import a backup of it, or repair a copy with "sqlite3 FILE .recover \| sqlite3 NEW"\n$/,
        ],
        ['text.db', /^File ".*text.db" is not an SQLite database: check the path\n$/],
        ['other.db', /^File ".*other.db" has none of the tables monthly_stats, cumulative_stats, dhcp_leases: check the path\n$/],
        ['empty', /^Directory ".*empty" contains neither network_stats.db nor dhcp_leases.db: check the path\n$/],
        ['nowhere', /^There is no file or directory ".*nowhere": check the path\n$/],
        ['text.db/stats.db', /^".*text.db\/stats.db" cannot be read: a part of its path is a file and not a directory\n$/],
      ] as const) {
        const { code, stdout, stderr } = await imported('classic', [file]);
        expect([code, stdout], file).to.deep.equal([2, '']);
        expect(stderr).to.match(message);
      }
      expect(await readdir(directory)).to.not.include('data');
    });
  });

  describe('from vnStat', () => {
    it('an export of version 1: months minus their known days, and the rest of the total before them', async () => {
      const { code } = await imported('vnstat', [join(fixtures, 'vnstat-1.18.json')], { router: '192.168.1.1', interface: 'dsl' });
      expect(code).to.equal(0);
      const sums = await rows("SELECT strftime('%Y-%m', day * 86400, 'unixepoch') AS month, sum(download) AS kib FROM day GROUP BY month");
      expect(sums.map(({ month, kib }) => [month, Number(kib) / 1024])).to.deep.equal([
        ['2026-08', 693_000],
        ['2026-09', 300_000],
        ['2026-10', 7_000],
      ]);
      expect(await totals()).to.deep.equal({ 'wan 192.168.1.1dsl': [1_024_000_000, 102_400_000] });
    });

    it('an uplink that the ledger does not have, beside one that it has, is said', async () => {
      await read(NOW, { wan: 'wan: 1 1\n' });
      const file = join(fixtures, 'vnstat-1.18.json');
      const { code, stderr } = await imported('vnstat', [file], { router: '192.168.1.1', interface: 'wann', dryRun: true });
      expect([code, stderr]).to.deep.equal([
        0,
        '"192.168.1.1" has no uplink "wann" in the ledger, but "wan": this import makes one beside it; if it is the same line, use --interface\n',
      ]);
      const right = await imported('vnstat', [file], { router: '192.168.1.1', interface: 'wan', dryRun: true });
      expect([right.code, right.stderr]).to.deep.equal([0, '']);
    });

    it('the ledger in use is exit code 1 and a line that says what to do; a preview works meanwhile', async () => {
      const store = await openStore(path('data'));
      try {
        const file = join(fixtures, 'vnstat-1.18.json');
        const { code, stderr } = await imported('vnstat', [file]);
        expect([code, stderr]).to.deep.equal([
          1,
          `Ledger in "${path('data')}" is in use by another wrtmeter: stop it first, or use another directory with --data\n`,
        ]);
        expect((await imported('vnstat', [file], { dryRun: true })).code).to.equal(0);
      } finally {
        await store.close();
      }
    });
  });

  describe('from nlbwmon', () => {
    const copy = async (name: string, writtenAt: number) => {
      await writeFile(path(name), await readBytes(join(fixtures, name)));
      await utimes(path(name), writtenAt / 1000, writtenAt / 1000 + 0.0004); // file systems have fractions of a millisecond
    };

    it('a period is imported for devices, on the month of the export or on the given days', async () => {
      await copy('nlbw.json', Date.UTC(2026, 9, 10, 12));
      await imported('nlbwmon', ['nlbw.json']);
      const span = 'SELECT min(day) AS first, max(day) AS last, sum(download) AS download FROM day';
      expect(await rows(span)).to.deep.equal([{ first: dayNumber(2026, 10, 1), last: dayNumber(2026, 10, 10), download: 3_709_610 }]);
      await imported('nlbwmon', ['nlbw.json'], { from: '2026-08-15' }, NOW);
      expect(await rows(`${span} WHERE day < ${dayNumber(2026, 10, 1)}`)).to.deep.equal([
        { first: dayNumber(2026, 8, 15), last: dayNumber(2026, 9, 14), download: 3_709_610 },
      ]);
    });

    it('JSON and CSV of the same period are the same bytes, so the second adds nothing', async () => {
      for (const name of ['nlbw.csv', 'nlbw-plain.csv', 'nlbw.json']) {
        await copy(name, NOW);
        expect((await imported('nlbwmon', [name])).code).to.equal(0);
        expect((await totals())['device 02:00:00:00:00:01'], name).to.deep.equal([3_546_070, 1_012_820]);
      }
    });

    it('contradicting days are refused with one line', async () => {
      await copy('nlbw.json', NOW);
      for (const [options, message] of [
        [{ from: '2026-11-31' }, '--from: "2026-11-31" is not a date: use a date like 2026-10-01'],
        [{ from: '2026-12-01' }, '--from: 2026-12-01 is after 2026-11-20, when the figures were exported'],
        [{ from: '2026-10-02', to: '2026-10-02' }, '--from: 2026-10-02 is not before --to, which is exclusive'],
      ] as const) {
        expect(await imported('nlbwmon', ['nlbw.json'], options)).to.deep.equal({ code: 2, stdout: '', stderr: `${message}\n` });
      }
    });
  });

  describe('as Windows writes it', () => {
    const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
    const encodings: Record<string, (text: string) => Buffer> = {
      'UTF-8 with a byte order mark': (text) => Buffer.from(`\ufeff${text}`),
      'UTF-16 LE with a byte order mark': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
      'UTF-16 BE with a byte order mark': (text) => swapped(`\ufeff${text}`),
      'UTF-16 LE without a mark': (text) => Buffer.from(text, 'utf16le'),
      'UTF-16 BE without a mark': swapped,
      'line ends of Windows, two marks': (text) => Buffer.from(`\ufeff\ufeff${text.replaceAll('\n', '\r\n')}`),
      'UTF-16 LE cut within a character': (text) => Buffer.concat([Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from([10])]),
    };
    for (const [encoding, encode] of Object.entries(encodings)) {
      it(`${encoding}: an export is the same figures`, async () => {
        for (const [program, name] of [
          ['vnstat', 'vnstat-1.18.json'],
          ['nlbwmon', 'nlbw.json'],
          ['nlbwmon', 'nlbw.csv'],
        ] as const) {
          const plain = await readBytes(join(fixtures, name));
          await writeFile(path(name), encode(plain.toString('utf8')));
          const options = { dryRun: true, json: true, from: '2026-10-01', to: '2026-11-01' };
          const [expected, found] = [await imported(program, [join(fixtures, name)], options), await imported(program, [name], options)];
          expect(found, name).to.deep.equal(expected);
          expect(JSON.parse(found.stdout).accounts, name).to.not.deep.equal([]);
        }
      });
    }
  });

  it('an impossible clock imports nothing: exit code 1', async () => {
    await read(NOW, { stations: `${TV} 1 1\n` });
    const file = join(fixtures, 'vnstat-1.18.json');
    for (const [now, message] of [
      [0, 'The clock says 1970-01-01T00:00:00Z, which is before 2025: set it, then import\n'],
      [NOW - 1, /^The clock says .*, which is before the last posting at 2026-11-20T18:00:00Z: set it, then import\n$/],
    ] as const) {
      const { code, stderr } = await imported('vnstat', [file], {}, now);
      expect(code).to.equal(1);
      expect(stderr).to.match(typeof message === 'string' ? new RegExp(`^${message}$`) : message);
    }
  });

  it('a renamed router is refused until its accounts are renamed', async () => {
    await read(NOW, { wan: 'wan: 1 1\n' });
    await writeFile(path('wrtmeter.yaml'), 'routers: { gateway: { url: http://192.168.1.1, was: [192.168.1.1] } }');
    const { code, stderr } = await imported('vnstat', [join(fixtures, 'vnstat-1.18.json')], { config: 'wrtmeter.yaml' });
    expect([code, stderr]).to.deep.equal([
      2,
      'Router "192.168.1.1" is now "gateway": start the service once to rename its accounts, then import\n',
    ]);
  });

  it('a bad command line is one line and exit code 2', async () => {
    const file = join(fixtures, 'vnstat-1.18.json');
    for (const [program, files, options, message] of [
      ['vnstat', [file], { router: '192.168.1.2' }, '--router: no router "192.168.1.2" is configured; did you mean "192.168.1.1"?'],
      ['vnstat', [file], { router: 'attic' }, '--router: no router "attic" is configured; choose one of 192.168.1.1'],
      [
        'vnstat',
        [file],
        { interface: 'a\u001bb' },
        '--interface: "a\\u001bb" is not a valid name; use up to 63 visible characters, without spaces at the start or end',
      ],
      ['vnstat', ['nowhere'], {}, 'There is no file "nowhere": check the path'],
      ['nlbwmon', ['-'], {}, 'Standard input is empty: export the figures again'],
    ] as const) {
      const { code, stdout, stderr } = await imported(program, [...files], options);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr.replaceAll(`${directory}/`, '')).to.equal(`${message}\n`);
    }
  });
});

const answer = (text: string) => ({ text, framed: true });
const wanOf = (text: string) => ({ source: 'wan' as const, rules: WAN_RULES, uplinks: [parseWan(answer(text)).uplink] });
const stationsOf = (text: string) => ({
  source: 'stations' as const,
  rules: { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 } as const,
  radios: [],
  stations: parseStations(answer(text)).stations,
});

interface ClassicRows {
  monthly?: (readonly [id: string, rx: number | string, tx: number | string, time: string])[];
  cumulative?: (readonly [id: string, rx: number, tx: number])[];
  leases?: (readonly [mac: string, ip: string, name: string])[];
}

/** Databases as the classic collectors make them. Left open so that tests can continue writing. */
async function classicFiles(directory: string, found: ClassicRows, wal: true): Promise<Database>;
async function classicFiles(directory: string, found: ClassicRows): Promise<void>;
async function classicFiles(directory: string, { monthly = [], cumulative = [], leases = [] }: ClassicRows, wal = false) {
  await mkdir(directory);
  const values = (count: number) => Array.from({ length: count }, (_, i) => `value ->> ${i}`).join(', ');
  const stats = await openDatabase(join(directory, 'network_stats.db'), 'create');
  if (wal) await stats.exec('PRAGMA journal_mode = WAL');
  await stats.exec(`CREATE TABLE cumulative_stats(id TEXT PRIMARY KEY, rx_bytes INTEGER, tx_bytes INTEGER);
    CREATE TABLE monthly_stats(id TEXT PRIMARY KEY, rx_bytes INTEGER, tx_bytes INTEGER, timestamp TEXT)`);
  await stats.all(`INSERT INTO monthly_stats SELECT ${values(4)} FROM json_each(?)`, JSON.stringify(monthly));
  await stats.all(`INSERT INTO cumulative_stats SELECT ${values(3)} FROM json_each(?)`, JSON.stringify(cumulative));
  const dhcp = await openDatabase(join(directory, 'dhcp_leases.db'), 'create');
  await dhcp.exec(
    'CREATE TABLE dhcp_leases(mac_address TEXT PRIMARY KEY, lease_end_time INTEGER, ip_address, hostname, client_id, timestamp TEXT)',
  );
  const lease = `INSERT INTO dhcp_leases SELECT value ->> 0, 0, value ->> 1, value ->> 2, '*', '2026-11-20 18:30:00' FROM json_each(?)`;
  await dhcp.all(lease, JSON.stringify(leases));
  await dhcp.close();
  if (wal) return stats;
  return stats.close();
}

const tracesOf = async (directory: string) =>
  Promise.all(
    (await readdir(directory)).sort().map(async (name) => {
      const { size, mtimeMs } = await stat(join(directory, name));
      return [name, size, mtimeMs, (await readBytes(join(directory, name))).toString('base64')] as const;
    }),
  );
