import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile as readConfig } from '../../src/app/read-file.ts';
import { add, type BonusOptions, list, remove } from '../../src/commands/bonus.ts';
import type { OwnedIo } from '../../src/commands/common/command-io.ts';
import { openDatabase } from '../../src/ledger/storage/driver/sqlite.ts';
import { ledgerPath } from '../../src/ledger/storage/files.ts';
import { readAudit } from '../../src/ledger/storage/read-audit.ts';
import { openStore, openStoreToRead } from '../../src/ledger/storage/store.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const QUOTAS = `routers: { gateway: { url: http://192.0.2.1 } }
timezone: Europe/Berlin
quotas:
  line: { of: home, limit: 1TB }
  kids: { of: others, limit: 1GB, per: hour }
  guest: { of: others, limit: 1GB, rolling: 30d }
`;

describe('wrtmeter bonus', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'wrtmeter-bonus-'));
    await writeFile(join(cwd, 'wrtmeter.yaml'), QUOTAS);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const start = () => openStore(join(cwd, 'data'));
  async function said(command: (io: OwnedIo) => Promise<number>, columns?: number) {
    const out = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof out) => ({ write: (text: string) => (out[stream] += text) });
    const io = { env: {}, cwd, readFile: readConfig, systemTimezone: 'UTC', clock: { now: () => NOW }, user: () => 'mum' };
    const code = await command({ ...io, stdout: { ...into('stdout'), ...(columns !== undefined && { columns }) }, stderr: into('stderr') });
    return { code, ...out };
  }
  const OPTIONS = { data: 'data' };
  const added = (quota: string, amount: string, more: BonusOptions = {}) => said((io) => add(quota, amount, { ...OPTIONS, ...more }, io));
  const listed = (more: BonusOptions = {}) => said((io) => list({ ...OPTIONS, ...more }, io));
  const removed = (id: string) => said((io) => remove(id, OPTIONS, io));

  async function audit() {
    const store = await openStoreToRead(join(cwd, 'data'));
    return (await readAudit(store, {}, 10).finally(() => store.close())).map(({ kind, counter, why }) => `${kind}, ${counter}: ${why}`);
  }

  it('adds to the running period, lists, and takes back; the audit has who and what', async () => {
    await (await start()).close();
    expect((await listed()).stdout).to.equal('No bonuses yet: add one with "wrtmeter bonus add QUOTA AMOUNT"\n');
    expect(await added('line', '20GB')).to.deep.equal({
      code: 0,
      stdout: 'quota "line" has 20 GB more in the period of 2026-11-20; "wrtmeter bonus remove 1" takes it back\n',
      stderr: '',
    });
    expect((await added('line', '1.5TB', { day: '2026-12-24' })).code).to.equal(0);
    expect((await listed()).stdout).to.equal(`Number  Quota  Bought  Period of   Added             By
     1  line    20 GB  2026-11-20  2026-11-20 19:00  user "mum" on this machine
     2  line   1.5 TB  2026-12-24  2026-11-20 19:00  user "mum" on this machine

2 bonuses
`);
    expect((await removed('1')).stdout).to.equal('20 GB of quota "line" taken back, in the period of 2026-11-20\n');
    expect(await removed('1')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'There is no bonus "1": "wrtmeter bonus list" and /api/v1/quotas show all\n',
    });
    // A number is not given again: who removes twice removes nothing else.
    expect((await added('line', '1GB')).stdout).to.include('remove 3');
    expect(await audit()).to.deep.equal([
      'bonus, quota line: 1 GB for the period of 2026-11-20, bought by user "mum" on this machine',
      'bonus, quota line: 20 GB for the period of 2026-11-20, taken back by user "mum" on this machine',
      'bonus, quota line: 1.5 TB for the period of 2026-12-24, bought by user "mum" on this machine',
      'bonus, quota line: 20 GB for the period of 2026-11-20, bought by user "mum" on this machine',
    ]);
  });

  it('says which belong to no quota any more', async () => {
    await (await start()).close();
    expect((await added('line', '20GB')).code).to.equal(0);
    await writeFile(join(cwd, 'wrtmeter.yaml'), QUOTAS.replace('  line:', '  new_line:'));
    expect((await listed()).stdout).to.match(/^ +1 {2}line \(not configured\) +20 GB /m);
    expect((await said((io) => list(OPTIONS, io), 80)).stdout)
      .to.match(/^ +1 {2}line \(not configured\) +20 GB {2}2026-11-20 {2}user "mum" on this machine$/m)
      .and.include('(no room for Added)');
    expect((await removed('1')).code).to.equal(0);
  });

  it('lists those of the configuration too, in the units in which they were written', async () => {
    await (await start()).close();
    await writeFile(join(cwd, 'wrtmeter.yaml'), QUOTAS.replace(/line: \{/, 'line: { bonus: { 2026-11-25: 2GiB },'));
    expect((await added('line', '5GiB')).stdout).to.include('has 5 GiB more');
    expect((await listed()).stdout).to.match(/^ +1 {2}line +5 GiB .*\n +line +2 GiB {2}2026-11-25 +the configuration$/m);
    expect((await listed()).stdout).to.include('2 bonuses');
  });

  it('works while another process writes the ledger', async () => {
    const service = await start();
    try {
      expect((await added('line', '20GB')).code).to.equal(0);
      expect(await service.all('SELECT quota, bytes FROM bonus')).to.deep.equal([{ quota: 'line', bytes: 2e10 }]);
      expect((await removed('1')).code).to.equal(0);
      await service.commit([{ sql: 'INSERT INTO meta(key, value) SELECT value ->> 0, value ->> 1 FROM json_each(?)', rows: [['a', 'b']] }]);
      expect(await service.all('SELECT count(*) AS rows FROM bonus')).to.deep.equal([{ rows: 0 }]);
    } finally {
      await service.close();
    }
  });

  it('and the service wait for a transaction of the other that takes seconds', async () => {
    const service = await start();
    const other = await openDatabase(ledgerPath(join(cwd, 'data')), 'write');
    const held = async (work: () => Promise<unknown>) => {
      await other.exec('BEGIN IMMEDIATE');
      const done = work();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await other.exec('COMMIT');
      await done;
    };
    try {
      await held(() => service.commit([{ sql: "INSERT INTO meta(key, value) VALUES ('a', 'b')", rows: null }]));
      await held(async () => expect((await added('line', '1GB')).stderr).to.equal(''));
      expect(await service.all('SELECT count(*) AS rows FROM bonus')).to.deep.equal([{ rows: 1 }]);
    } finally {
      await other.close();
      await service.close();
    }
  }).timeout(20_000);

  for (const [quota, amount, day, line] of [
    ['lnie', '1GB', undefined, 'There is no quota "lnie": did you mean "line"?'],
    ['attic', '1GB', undefined, 'There is no quota "attic": see "quotas" in the configuration'],
    ['line', 'lots', undefined, 'The amount "lots" is not a size; use for example 500MB, 1.5TB or 1GiB'],
    ['line', '-5GB', undefined, 'The amount "-5GB" is not a size; use for example 500MB, 1.5TB or 1GiB'],
    ['line', '0B', undefined, 'The amount "0B" is outside the range of sizes; use a size between 1B and 1PB'],
    ['line', '2PB', undefined, 'The amount "2PB" is too large; use at most 1PB'],
    ['line', '1GB', 'monday', 'The day "monday" is not a date; use for example 2026-11-20'],
    ['line', '1GB', '2026-10-31', 'The period of 2026-10-31 is over: the running one began on 2026-11-01'],
    ['line', '1GB', '2028-01-01', 'The day 2028-01-01 is more than 400 days ahead'],
    ['kids', '1GB', undefined, 'Quota "kids" is per hour: a bonus is for one period of a quota per day, week or month'],
    ['guest', '1GB', undefined, 'Quota "guest" is rolling: a bonus is for one period of a quota per day, week or month'],
  ] as const) {
    it(`${quota} ${amount}${day === undefined ? '' : ` ${day}`}: one line`, async () => {
      await (await start()).close();
      expect(await added(quota, amount, { ...(day && { day }) })).to.deep.equal({ code: 2, stdout: '', stderr: `${line}\n` });
      expect(await audit()).to.deep.equal([]);
    });
  }

  it('where there is no ledger, none is begun', async () => {
    for (const { code, stderr } of [await added('line', '1GB'), await removed('1'), await listed()]) {
      expect(code).to.equal(1);
      expect(stderr).to.match(/^There is no ledger at ".*ledger\.db": start wrtmeter once/);
    }
  });
});
