import { mkdir, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { dayOf } from '../../../src/domain/calendar.ts';
import type { LedgerError } from '../../../src/errors.ts';
import { backUp, copyDatabase, dailyBackups, rotate } from '../../../src/ledger/backup/backup.ts';
import { listBackups } from '../../../src/ledger/backup/backups.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openDatabase } from '../../../src/ledger/storage/driver/sqlite.ts';
import { inspect } from '../../../src/ledger/storage/inspect.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { openStore, openStoreToRead, type Store } from '../../../src/ledger/storage/store.ts';
import { type Recovered, recoverable } from '../../support/ledger/recovery.ts';
import { classic, ok, PHONE, START, station, TERMS } from '../../support/ledger/rounds.ts';
import { output } from '../../support/program/command.ts';
import { tinyDisk } from '../../support/program/tiny-disk.ts';

const DAY = dayOf(START, 'UTC');
const HOUR = 3_600_000;

/** Makes the ledger as large as some years do. */
const grow = (store: Store, days: number) =>
  store.commit([
    {
      sql: `INSERT INTO day(day, account, download, upload)
        WITH RECURSIVE d(day) AS (SELECT 1 UNION ALL SELECT day + 1 FROM d WHERE day < ${days})
        SELECT d.day, 1000 + a.value, abs(random()) % 10000000000, 1 FROM json_each(?) AS j, d, json_each('[1,2,3,4,5,6,7,8,9,10]') AS a`,
      rows: [[0]],
    },
  ]);

describe('backups of the ledger (Rule: care of the file)', () => {
  let ledger: Recovered;
  let folder: string;
  const names = async () => (await readdir(folder)).sort();
  beforeEach(async () => {
    ledger = await recoverable();
    folder = join(ledger.directory, 'backups');
    await ledger.read(0, 1000);
    await ledger.read(15, 1100);
  });
  afterEach(() => ledger.remove());

  it('a backup is one moment of the ledger, also while rounds are posted', async () => {
    const store = await openStore(ledger.directory);
    const books = await openLedger(store, TERMS, START);
    let value = 1100;
    let posting = true;
    const posted = (async () => {
      for (let seconds = 30; posting; seconds += 15) {
        const at = START + seconds * 1000;
        value += 7;
        const routers = [{ router: 'gateway', system: null, results: [ok(classic(station(PHONE, value, 0)), at)] }];
        expect((await books.post({ startedAt: at, finishedAt: at, routers }, () => seconds * 1000)).status).to.equal('posted');
      }
    })();
    const copies = Array.from({ length: 10 }, (_, i) => join(ledger.directory, `copy-${i}.db`));
    for (const copy of copies) await copyDatabase(ledger.path, copy);
    posting = false;
    await posted;
    await books.close();
    const totals: number[] = [];
    for (const copy of copies) {
      const [directory, file] = [`${copy}.d`, join(`${copy}.d`, 'ledger.db')];
      await mkdir(directory);
      await copyDatabase(copy, file);
      const found = await openStoreToRead(directory);
      expect(await brokenRules(found)).to.deep.equal([]);
      // The baseline and the total are of the same round: the first reading showed 1000 bytes, which are not posted.
      const [row] = await found.all(
        `SELECT t.download AS total, h.download AS baseline FROM account AS a JOIN total AS t ON t.account = a.id,
          baseline AS b JOIN baseline_bytes AS h ON h.baseline = b.id WHERE a.kind = 'device' AND b.counter = '${PHONE}'`,
      );
      expect(Number(row?.baseline) - Number(row?.total)).to.equal(1000);
      totals.push(Number(row?.total));
      await found.close();
    }
    expect(new Set(totals).size, 'rounds went on meanwhile').to.be.greaterThan(1);
  });

  it('one a day and a few kept; those dated ahead of the clock go first', async () => {
    await backUp(ledger.directory, DAY + 400);
    for (let day = DAY - 9; day <= DAY; day++) await backUp(ledger.directory, day);
    expect((await listBackups(ledger.directory, DAY)).map(({ day }) => day - DAY)).to.deep.equal([
      0, -1, -2, -3, -4, -5, -6, -7, -8, -9, 400,
    ]);
    await rotate(ledger.directory, DAY, 7);
    expect((await listBackups(ledger.directory, DAY)).map(({ day }) => day - DAY)).to.deep.equal([0, -1, -2, -3, -4, -5, -6]);
  });

  it('what a backup that was cut off left is removed in time, and never taken for a backup', async () => {
    await mkdir(folder);
    const partial = join(folder, 'ledger-2026-03-09.db.4711.partial');
    await writeFile(partial, 'half');
    await utimes(partial, new Date(Date.now() - 2 * HOUR), new Date(Date.now() - 2 * HOUR));
    await backUp(ledger.directory, DAY);
    expect(await names()).to.include('ledger-2026-03-10.db');
    await backUp(ledger.directory, DAY + 1);
    expect(await names()).to.deep.equal(['ledger-2026-03-10.db', 'ledger-2026-03-11.db']);
  });

  it('a damaged ledger replaces no backup', async () => {
    await ledger.use((store) => grow(store, 100));
    await backUp(ledger.directory, DAY);
    await truncate(ledger.path, 12_288);
    const error = await backUp(ledger.directory, DAY).catch((thrown) => thrown);
    expect(error.message).to.match(/it is damaged: restart wrtmeter/);
    expect(await names()).to.deep.equal(['ledger-2026-03-10.db']);
    expect((await stat(join(folder, 'ledger-2026-03-10.db'))).size).to.be.greaterThan(20_000);
  });

  it('a ledger that is none, or a newer one, has no backup; the line says which it is', async () => {
    for (const [version, why] of [
      [0, 'file is not a ledger'],
      [99, 'it was written by a newer wrtmeter (schema 99); use that version'],
    ] as const) {
      const database = await openDatabase(ledger.path, 'write');
      await database.exec(`PRAGMA user_version = ${version}`);
      await database.close();
      const error: Error = await backUp(ledger.directory, DAY).catch((error) => error);
      expect(error.message).to.equal(`Backup "${join(folder, 'ledger-2026-03-10.db')}" is not kept: ${why}`);
    }
    expect(await names()).to.deep.equal([]);
  });

  it('none is made where the disk would be nearly full', async () => {
    const disk = await tinyDisk(ledger.directory, 'tiny', '6m');
    try {
      const store = await openStore(disk.path);
      await store.close();
      const error = await backUp(disk.path, DAY).catch((thrown) => thrown);
      expect(error.message).to.match(
        /^Backup "ledger-2026-03-10\.db" is not made: only \d\.\d MB of the disk are free, and the ledger needs room to grow$/,
      );
      expect(await readdir(join(disk.path, 'backups'))).to.deep.equal([]);
      await output(['sh', '-c', `dd if=/dev/zero of='${join(disk.path, 'filler')}' bs=4096 2>/dev/null; true`]);
      const full = await backUp(disk.path, DAY).catch((thrown) => thrown);
      expect(full.message).to.equal('Backup "ledger-2026-03-10.db" is not made: the disk is full, and the ledger needs room to grow');
    } finally {
      await disk.remove();
    }
  });

  describe('day by day', () => {
    const ready = (keep = 7) => {
      const made: string[] = [];
      const failed: LedgerError[] = [];
      const terms = {
        directory: ledger.directory,
        keep,
        made: (path: string) => made.push(path),
        failed: (error: LedgerError) => failed.push(error),
      };
      return { made, failed, backups: dailyBackups(terms) };
    };
    const settled = async (condition: () => boolean) => {
      for (let i = 0; i < 200 && !condition(); i++) await sleep(10);
      await sleep(20);
    };

    it('the first posting of a local day makes one; a day that has one is left alone', async () => {
      const { made, failed, backups } = ready();
      const night = Date.UTC(2026, 2, 10, 23, 30);
      for (const [now, tick] of [
        [night - HOUR, 0],
        [night - HOUR + 15_000, 15_000],
        [night, HOUR],
        [night + 15_000, HOUR + 15_000],
      ] as const) {
        backups.afterPosting(now, tick, 'Europe/Berlin');
        await sleep(150);
      }
      expect(failed).to.deep.equal([]);
      // 22:30 UTC is 23:30 in Berlin, 23:30 UTC the next day.
      expect(made.map((path) => path.slice(-13))).to.deep.equal(['2026-03-10.db', '2026-03-11.db']);
      const again = ready();
      again.backups.afterPosting(night, 0, 'Europe/Berlin');
      await sleep(100);
      expect(again.made).to.deep.equal([]);
    });

    it('the backup of the first day is made again when the day has ended, so that it has the whole day; later ones are not', async () => {
      const { failed, backups } = ready();
      const post = async (now: number) => {
        backups.afterPosting(now, now - START, 'UTC');
        await sleep(200);
      };
      const postedAt = async (day: number) => {
        const backup = (await listBackups(ledger.directory, DAY + 2)).find((found) => found.day === day);
        const verdict = await inspect(backup?.path ?? '');
        return verdict.state === 'good' ? (verdict.postedAt - START) / 1000 : null;
      };
      await post(START);
      expect(await postedAt(DAY)).to.equal(15);
      await ledger.read(3600, 2000);
      await post(START + HOUR);
      expect(await postedAt(DAY), 'the day has not ended').to.equal(15);
      await ledger.read(24 * 3600, 3000);
      await post(START + 24 * HOUR);
      expect([await postedAt(DAY), await postedAt(DAY + 1)]).to.deep.equal([24 * 3600, 24 * 3600]);
      await ledger.read(48 * 3600, 4000);
      await post(START + 48 * HOUR);
      expect([await postedAt(DAY), await postedAt(DAY + 1), await postedAt(DAY + 2)]).to.deep.equal([24 * 3600, 24 * 3600, 48 * 3600]);
      expect(failed).to.deep.equal([]);
    });

    it('a failure says which backup, why, and what to do, and does not blame the ledger', async () => {
      await mkdir(join(folder, 'ledger-2026-03-10.db'), { recursive: true });
      const error = await backUp(ledger.directory, DAY).catch((thrown) => thrown);
      expect(error.message).to.match(/^Backup ".*\/ledger-2026-03-10\.db" cannot be written: /);
      const nowhere = join(ledger.directory, 'nowhere', 'copy.db');
      const missing = await copyDatabase(ledger.path, nowhere).catch((thrown) => thrown);
      expect(missing.message).to.match(
        /^Backup ".*\/nowhere\/copy\.db" cannot be written: check the permissions of the file and its directory, /,
      );
    });

    it('a failure is reported and tried again after an hour, not with every round', async () => {
      await writeFile(folder, 'a file where the directory should be');
      const { made, failed, backups } = ready();
      backups.afterPosting(START, 0, 'UTC');
      await settled(() => failed.length > 0);
      backups.afterPosting(START + 15_000, 15_000, 'UTC');
      await sleep(50);
      expect(failed).to.have.length(1);
      expect(failed[0]?.message).to.match(/^Backup directory ".*backups" cannot be made: /);
      await rm(folder);
      backups.afterPosting(START + HOUR, HOUR, 'UTC');
      await settled(() => made.length > 0);
      expect(made).to.have.length(1);
    });

    it('one that is under way when the service ends is given up, soon and without a trace', async () => {
      await ledger.use((store) => grow(store, 60_000));
      let givenUp = 0;
      for (const wait of [1, 5, 20, 40]) {
        const { made, failed, backups } = ready();
        backups.afterPosting(START, 0, 'UTC');
        await sleep(wait);
        const began = performance.now();
        await backups.stop();
        expect(performance.now() - began).to.be.lessThan(1000);
        expect(failed).to.deep.equal([]);
        expect(await names()).to.have.length(made.length);
        givenUp += made.length === 0 ? 1 : 0;
        await rm(folder, { recursive: true });
      }
      expect(givenUp).to.be.greaterThan(0);
    });
  });
});
