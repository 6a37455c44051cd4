import { appendFile, chmod, copyFile, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { forgetFiles } from '../../../src/app/csv/forget.ts';
import { type CsvWriter, createCsvWriter } from '../../../src/app/csv/writer.ts';
import { dayOf } from '../../../src/domain/calendar.ts';
import { createPeople, type PeopleTerms } from '../../../src/domain/people/people.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import { forget } from '../../../src/ledger/storage/forget.ts';
import { createRunningReader } from '../../../src/ledger/storage/people/read-running.ts';
import type { Alias } from '../../../src/views/view.ts';
import { readOldFormat } from '../../support/ledger/old-reader.ts';
import { type Bench, classic, lease, leases, ok, openBench, START, station, statistics, TERMS } from '../../support/ledger/rounds.ts';

const PHONE = '02:00:00:00:00:01';
const TV = '02:00:00:00:00:0a';
const PHONE_FILE = '02-00-00-00-00-01_192.168.1.10.csv';
const TV_FILE = '02-00-00-00-00-0A_unknown.csv';
const FIXTURE = new URL('../../fixtures/logger/00-00-5E-00-53-02_192.168.0.101.csv', import.meta.url);
const NIGHT = { name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 12 }], counts: 0 };
const NOBODY: PeopleTerms = { users: [], devices: [], peers: [] };
const DAY = 86_400;

describe('the files of csv', () => {
  let bench: Bench;
  let directory: string;
  let writer: CsvWriter;
  let people: PeopleTerms;
  let stopping: AbortController;
  let aliases: ReadonlyMap<string, Alias>;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, tariffs: [NIGHT] });
    directory = join(bench.directory, 'a', 'csv');
    people = NOBODY;
    stopping = new AbortController();
    aliases = new Map();
    restart();
  });
  afterEach(() => bench.close());

  function restart() {
    writer = createCsvWriter(directory);
  }

  /** The phone and the TV as they stand at some seconds after the start; the phone has an address. */
  const read = (seconds: number, phone: number, tv: number | null = null, ip = '192.168.1.10') =>
    bench.read(
      seconds,
      classic(station(PHONE, phone, 0), ...(tv === null ? [] : [station(TV, tv, 0)])),
      leases([lease(PHONE, 'phone', ip)]),
    );

  async function write(seconds: number, changes: { keep?: number; expire?: number } = {}) {
    const now = START + seconds * 1000;
    const { ledger, store } = bench;
    const counted = await createRunningReader(store).read(dayOf(now, TERMS.timezone));
    const own = { aliases, people: createPeople(people), routers: [], books: ledger.books };
    return writer.write({
      ...own,
      now,
      timezone: TERMS.timezone,
      billing: TERMS.billing,
      expire: 30 * DAY,
      keep: 90 * DAY,
      counted,
      signal: stopping.signal,
      ...changes,
    });
  }
  const text = (file: string) => readFile(join(directory, file), 'latin1');
  const lines = async (file: string) => readOldFormat(await text(file));
  const files = async () => (await readdir(directory)).filter((file) => !file.startsWith('.')).sort();
  const totals = async (file: string) => (await lines(file)).map(({ total }) => total);

  it('are one of each device and one of all, for their owner alone', async () => {
    await read(0, 0, 0);
    await read(60, 100, 7);
    expect(await write(60)).to.deep.equal({ files: 3, failed: null });
    await read(120, 150, 9);
    await write(120);
    expect(await files()).to.deep.equal([PHONE_FILE, TV_FILE, 'all.csv'].sort());
    const second = START / 1000;
    expect(await text(PHONE_FILE)).to.equal(
      `Time, Total Bytes, Delta, On-Peak, Off-Peak\n${second + 60}, 100, 0, 100, 0\n${second + 120}, 150, 50, 150, 0\n`,
    );
    expect(await totals('all.csv')).to.deep.equal([107, 159]);
    expect((await stat(directory)).mode & 0o777).to.equal(0o700);
    for (const file of await readdir(directory)) expect((await stat(join(directory, file))).mode & 0o777, file).to.equal(0o600);
  });

  it('wait for the first device', async () => {
    expect(await write(0)).to.deep.equal({ files: 0, failed: null });
    expect(await files()).to.deep.equal([]);
  });

  it('split bytes by tariff as the ledger does, to the byte, also days later', async () => {
    await read(0, 0);
    for (let hour = 1; hour <= 24 * 12; hour += 1) {
      await read(hour * 3600, hour * 1001);
      if (hour % 5 === 0) await write(hour * 3600);
      if (hour % 50 === 0) restart();
    }
    await write(24 * 12 * 3600);
    const last = (await lines(PHONE_FILE)).at(-1);
    // Twelve nights of six hours.
    expect(last).to.deep.include({ total: 288 * 1001, offPeak: 72 * 1001, onPeak: 216 * 1001 });
  });

  it('continue after a restart, with what was counted in between; a line that was cut off is removed first', async () => {
    await read(0, 0, 0);
    await read(60, 100, 5);
    await write(60);
    await appendFile(join(directory, PHONE_FILE), `${START / 1000 + 70}, 13`);
    await appendFile(join(directory, 'all.csv'), '\0\0\0\0\n\0');
    restart();
    await read(7200, 900, 6);
    await write(7200);
    expect(await lines(PHONE_FILE)).to.have.length(2);
    expect(await totals('all.csv')).to.deep.equal([105, 906]);
  });

  it('are settled at the start, also those that get no line any more', async () => {
    await mkdir(directory, { recursive: true });
    await copyFile(FIXTURE, join(directory, '00-00-5E-00-53-02_192.168.0.101.csv'));
    await appendFile(join(directory, '00-00-5E-00-53-02_192.168.0.101.csv'), '1510');
    await writeFile(join(directory, 'gone.csv.partial'), 'half');
    await write(0);
    expect(await lines('00-00-5E-00-53-02_192.168.0.101.csv')).to.have.length(60);
    expect(await files()).to.deep.equal(['00-00-5E-00-53-02_192.168.0.101.csv']);
  });

  it('have no line that is cut off and no byte missing, wherever a kill falls', async () => {
    await read(0, 0, 0);
    let sum = 0;
    for (let minute = 1; minute <= 60; minute += 1) {
      sum += minute;
      await read(minute * 60, sum, minute);
      await write(minute * 60);
      if (minute % 3 === 0) {
        // As much of the last write as a kill, or a power cut, leaves.
        for (const [index, file] of [PHONE_FILE, TV_FILE, 'all.csv'].entries()) {
          const { size } = await stat(join(directory, file));
          await truncate(join(directory, file), Math.max(0, size - ((minute * (index + 7)) % 60)));
        }
        restart();
      }
    }
    await read(61 * 60, sum + 1, 61);
    await write(61 * 60);
    expect((await lines(PHONE_FILE)).at(-1)?.total).to.equal(sum + 1);
    expect((await lines(TV_FILE)).at(-1)?.total).to.equal(61);
    expect((await lines('all.csv')).at(-1)?.total).to.equal(sum + 62);
  });

  it('of the older program continue from their own sums, and are one file in the end', async () => {
    await mkdir(directory, { recursive: true });
    const old = '02-00-00-00-00-01_192.168.1.99.csv';
    await copyFile(FIXTURE, join(directory, old));
    const before = (await lines(old)).at(-1)?.total ?? 0;
    await read(0, 0);
    await read(60, 5_000_000_000);
    await write(60);
    restart();
    await read(120, 5_000_000_007);
    await write(120);
    expect(await files()).to.deep.equal([PHONE_FILE, 'all.csv'].sort());
    expect((await totals(PHONE_FILE)).slice(-2)).to.deep.equal([before, before + 7]);
  });

  it('of the older program continue from their own sums also where the device is away at first', async () => {
    await mkdir(directory, { recursive: true });
    await copyFile(FIXTURE, join(directory, PHONE_FILE));
    const before = (await lines(PHONE_FILE)).at(-1)?.total ?? 0;
    await read(0, 0, 0);
    await read(60, 5_000_000_000, 7);
    await bench.read(7200, classic(station(TV, 8, 0)));
    await write(7200, { expire: 3600 });
    restart();
    await bench.read(7260, classic(station(TV, 9, 0)));
    await write(7260, { expire: 3600 });
    await read(7320, 5_000_000_007, 10);
    await write(7320, { expire: 3600 });
    expect((await totals(PHONE_FILE)).slice(-2)).to.deep.equal([before, before + 7]);
  });

  it('are renamed where a device has another address, and keep their lines', async () => {
    await read(0, 0);
    await read(60, 10);
    await write(60);
    await read(120, 20, null, '192.168.1.77');
    await write(120);
    expect(await files()).to.deep.equal(['02-00-00-00-00-01_192.168.1.77.csv', 'all.csv']);
    restart();
    await read(180, 30, null, '192.168.1.77');
    await write(180);
    expect(await totals('02-00-00-00-00-01_192.168.1.77.csv')).to.deep.equal([10, 20, 30]);
  });

  it('never go back where the clock does, and lose nothing', async () => {
    await read(0, 0);
    await read(60, 100);
    await write(60);
    await read(120, 130);
    await write(-3600);
    await write(-3540);
    await read(180, 131);
    await write(180);
    expect((await lines(PHONE_FILE)).map(({ total, time }) => [total, time - START / 1000])).to.deep.equal([
      [100, 60],
      [130, 61],
      [131, 180],
    ]);
  });

  it('are one of each user and one of nobody, and grow by what was used there', async () => {
    people = { ...NOBODY, users: [{ ...plainUser('anna'), title: 'Anna', macs: [PHONE] }] };
    await read(0, 0, 0);
    await read(60, 100, 7);
    await write(60);
    people = { ...NOBODY, users: [{ ...plainUser('anna'), title: 'Anna', macs: [PHONE, TV] }] };
    await read(120, 110, 9);
    await write(120);
    restart();
    people = { ...NOBODY, users: [{ ...plainUser('anna'), title: 'Anna', macs: [TV] }] };
    await read(180, 110, 10);
    await write(180);
    expect(await files()).to.deep.equal([PHONE_FILE, TV_FILE, 'Anna.csv', 'Unknown.csv', 'all.csv'].sort());
    expect(await totals('Anna.csv')).to.deep.equal([100, 112, 113]);
    expect(await totals('Unknown.csv')).to.deep.equal([7, 7, 7]);
    expect(await totals('all.csv')).to.deep.equal([107, 119, 120]);
  });

  it('have nothing of private devices and users, and those from before are removed', async () => {
    people = { ...NOBODY, users: [{ ...plainUser('anna'), macs: [PHONE] }] };
    await read(0, 0, 0);
    await read(60, 100, 7);
    await write(60);
    await writeFile(join(directory, 'notes.csv'), 'mine');
    people = { ...NOBODY, users: [{ ...plainUser('anna'), macs: [PHONE], isPrivate: true }] };
    await read(120, 900, 8);
    await write(120);
    expect(await files()).to.deep.equal([TV_FILE, 'Unknown.csv', 'all.csv', 'notes.csv'].sort());
    expect(await totals('all.csv')).to.deep.equal([107, 108]);
    expect(JSON.stringify(await Promise.all((await readdir(directory)).map(text)))).not.to.include(PHONE);
  });

  it('of devices that are not seen get no more lines, and continue when they return', async () => {
    await read(0, 0, 0);
    await read(60, 100, 7);
    await write(60);
    await read(7200, 200);
    await write(7200, { expire: 3600 });
    await read(7260, 210, 30);
    await write(7260, { expire: 3600 });
    expect(await totals(TV_FILE)).to.deep.equal([7, 30]);
  });

  it('count bytes of routers without directions, once', async () => {
    for (const [seconds, bytes] of [
      [0, 1000],
      [60, 1500],
    ] as const)
      await bench.readAll(seconds, [{ router: 'den', system: null, results: [ok(statistics({ [TV]: bytes }), START + seconds * 1000)] }]);
    await write(60);
    expect(await totals(TV_FILE)).to.deep.equal([bench.total({ kind: 'undirected', key: TV })?.download]);
  });

  it('are cut back, except one line for each month, without a gap', async () => {
    await read(0, 0);
    for (let day = 1; day <= 70; day += 1) {
      await read(day * DAY, day * 10);
      await write(day * DAY, { keep: 5 * DAY });
      if (day % 20 === 0) restart();
    }
    const kept = await lines(PHONE_FILE);
    // 31 March, 30 April (both at noon), what is old of May, and five days.
    expect(kept.map(({ total }) => total)).to.deep.equal([210, 510, 640, 650, 660, 670, 680, 690, 700]);
    expect(kept.reduce((sum, { delta }) => sum + delta, 0)).to.equal(690);
  });

  it('with other contents, and links that lead out, are left alone and said; all others are written', async () => {
    await mkdir(directory, { recursive: true });
    const outside = join(bench.directory, 'outside');
    await writeFile(outside, '');
    await symlink(outside, join(directory, PHONE_FILE));
    await writeFile(join(directory, 'all.csv'), 'a,b\n1,2\n');
    await read(0, 0, 0);
    await read(60, 100, 7);
    const { files: written, failed } = await write(60);
    expect(written).to.equal(1);
    expect(failed?.times).to.equal(2);
    // What may be a fault of the disk comes first.
    expect(failed?.error).to.have.property('code', 'ELOOP');
    expect(await readFile(outside, 'latin1')).to.equal('');
    await rm(join(directory, PHONE_FILE));
    const { failed: left } = await write(90);
    expect(left?.times).to.equal(1);
    expect(left?.error.message).to.equal(
      `"${join(directory, 'all.csv')}" has other contents than the older logger's, or ends with a line that cannot be read: mend it, or move it out of the directory`,
    );
    expect(await text('all.csv')).to.equal('a,b\n1,2\n');
    await rm(join(directory, 'all.csv'));
    await read(120, 110, 8);
    expect(await write(120)).to.deep.equal({ files: 3, failed: null });
  });

  it('are not written where the directory cannot be, and lose nothing until it can', async () => {
    await read(0, 0);
    await read(60, 100);
    await write(60);
    await rm(join(bench.directory, 'a'), { recursive: true });
    await writeFile(join(bench.directory, 'a'), 'in the way');
    const failure = await write(120).then(String, ({ code }) => code);
    expect(failure).to.be.oneOf(['ENOTDIR', 'EEXIST']);
    await rm(join(bench.directory, 'a'));
    restart();
    await read(180, 150);
    await write(180);
    expect(await totals(PHONE_FILE)).to.deep.equal([150]);
  });

  it('begin again where the directory was removed meanwhile, and continue after a restart', async () => {
    await read(0, 0);
    await read(60, 100);
    await write(60);
    await rm(directory, { recursive: true });
    await read(120, 110);
    await write(120);
    restart();
    await read(180, 115);
    await write(180);
    expect((await lines(PHONE_FILE)).map(({ total, delta }) => [total, delta])).to.deep.equal([
      [110, 0],
      [115, 5],
    ]);
  });

  it('end early where the program does, and have the rest the next time', async () => {
    await read(0, 0);
    await read(60, 100);
    await write(60);
    stopping.abort();
    await read(120, 110);
    expect(await write(120)).to.deep.equal({ files: 0, failed: null });
    stopping = new AbortController();
    restart();
    await write(180);
    expect(await totals(PHONE_FILE)).to.deep.equal([100, 110]);
  });

  it('of a device grow by a MAC that it got from what that used since then', async () => {
    await read(0, 0, 0);
    await read(60, 100, 5000);
    await write(60);
    aliases = new Map([PHONE, TV].map((mac) => [mac, { name: 'phone', mac: PHONE, user: null }]));
    await read(120, 101, 5010);
    await write(120);
    expect(await totals(PHONE_FILE)).to.deep.equal([100, 111]);
    expect(await totals('all.csv')).to.deep.equal([5100, 5111]);
  });

  it('of all keep the bytes of a device that is forgotten, to the byte, and files with other contents stay', async () => {
    await read(0, 0, 0);
    await read(60, 100, 7);
    await write(60);
    const foreign = PHONE_FILE.replace('192.168.1.10', 'notes');
    await writeFile(join(directory, foreign), 'mine');
    await read(120, 150, 9);
    const counted = await createRunningReader(bench.store).read(dayOf(START, TERMS.timezone));
    await forget(bench.store, PHONE, START + 120_000);
    const gone = new Map([[PHONE, counted.get(PHONE) ?? { onPeak: 0, offPeak: 0 }]]);
    expect(await forgetFiles(directory, gone)).to.deep.equal([join(directory, PHONE_FILE)]);
    await bench.restart({ ...TERMS, tariffs: [NIGHT] });
    restart();
    await bench.read(180, classic(station(TV, 11, 0)));
    await write(180);
    expect(await files()).to.deep.equal([TV_FILE, foreign, 'all.csv'].sort());
    expect(await totals('all.csv')).to.deep.equal([107, 161]);
  });

  it('keep the mode of a directory that was there', async () => {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o750);
    await read(0, 0);
    await write(60);
    expect((await stat(directory)).mode & 0o777).to.equal(0o750);
  });

  it('of 5,000 devices are written in bounded time and at most so many', async function () {
    this.timeout(120_000);
    const many = (bytes: number) =>
      classic(...Array.from({ length: 5200 }, (_, i) => station(`02:00:00:01:${hex(i >> 8)}:${hex(i & 255)}`, bytes, 0)));
    await bench.read(0, many(0));
    await bench.read(60, many(10));
    expect((await write(60)).files).to.equal(5001);
    await bench.read(120, many(20));
    const cpu = process.cpuUsage();
    expect((await write(120)).files).to.equal(5001);
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1e6, 'seconds of CPU').to.be.below(8);
    expect((await lines('all.csv')).at(-1)?.total).to.equal(104_000);
  });
});

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
