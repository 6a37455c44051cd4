import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dayNumber } from '../../src/domain/calendar.ts';
import { openDatabase } from '../../src/ledger/storage/driver/sqlite.ts';
import { finish } from '../support/program/command.ts';
import { type RealVnstat, startVnstat } from '../support/vnstat.ts';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

describe('wrtmeter import, of what a real vnstatd wrote', () => {
  let directory: string;
  let vnstat: RealVnstat | undefined;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-vnstat-test-'));
    vnstat = await startVnstat('2025-08-29 10:00:00');
  });
  after(async () => {
    await vnstat?.close();
    await rm(directory, { recursive: true });
  });

  const imported = (...args: string[]) =>
    finish([process.execPath, PROGRAM, 'import', 'vnstat', ...args, '--router', 'gateway', '--data', 'data', '--timezone', 'UTC'], {
      cwd: directory,
    });

  async function rows(sql: string) {
    const database = await openDatabase(join(directory, 'data/ledger.db'), 'read');
    return database.all(sql).finally(() => database.close());
  }

  it('days to the byte, months whose days are gone to the byte, and nothing twice', async () => {
    if (vnstat === undefined) return expect.fail('no vnStat');
    const lived = [];
    for (const [time, download, upload] of [
      ['2025-08-29 12:00:00', 50_000, 3_000],
      ['2025-09-01 12:00:00', 700_000, 20_000],
      ['2025-11-18 12:00:00', 90_000, 1_000],
      ['2025-11-19 12:00:00', 8_000, 0],
    ] as const) {
      lived.push(await vnstat.live(time, { download, upload }));
    }
    const file = join(directory, 'vnstat.json');
    await writeFile(file, await vnstat.json());
    const { code, stdout, stderr } = await imported('vnstat.json');
    expect([code, stderr], stdout).to.deep.equal([0, '']);

    const [august, september, eighteenth, nineteenth] = lived;
    const months = 'SELECT min(day) AS first, max(day) AS last, sum(download) AS download, sum(upload) AS upload FROM day';
    const span = (from: number, to: number) => rows(`${months} WHERE day >= ${from} AND day < ${to}`);
    const day = (month: number, date: number) => dayNumber(2025, month, date);
    expect(await span(0, day(9, 1))).to.deep.equal([{ first: day(8, 29), last: day(8, 31), ...august }]);
    expect(await span(day(9, 1), day(10, 1))).to.deep.equal([{ first: day(9, 1), last: day(9, 30), ...september }]);
    expect(await span(day(11, 1), day(11, 19))).to.deep.equal([{ first: day(11, 18), last: day(11, 18), ...eighteenth }]);
    expect(await span(day(11, 19), day(12, 31))).to.deep.equal([{ first: day(11, 19), last: day(11, 19), ...nineteenth }]);

    const again = await imported('vnstat.json');
    expect(again).to.include({ code: 0, stderr: '' });
    expect(again.stdout).to.match(/\n\nNothing to import: the ledger already has everything it can take\n$/);
    expect(JSON.parse(await readFile(file, 'utf8')).interfaces[0].traffic.total).to.deep.equal(await totalOf(rows));
  });
});

async function totalOf(rows: (sql: string) => Promise<Record<string, unknown>[]>) {
  const [account] = await rows('SELECT download AS rx, upload AS tx FROM total');
  return account;
}
