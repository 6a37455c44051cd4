import promises, { copyFile, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { dayOf } from '../../../src/domain/calendar.ts';
import { LedgerError } from '../../../src/errors.ts';
import { backUp, copyDatabase } from '../../../src/ledger/backup/backup.ts';
import { openOrRecover, restoreFile } from '../../../src/ledger/backup/recovery.ts';
import { openDatabase } from '../../../src/ledger/storage/driver/sqlite.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { openStore, openStoreToRead, type Store } from '../../../src/ledger/storage/store.ts';
import { type Recovered, recoverable } from '../../support/ledger/recovery.ts';
import { START } from '../../support/ledger/rounds.ts';

const DAY = dayOf(START, 'UTC');

/** The error of a promise that must fail, which is one line. */
async function refusal(promise: Promise<unknown>): Promise<LedgerError> {
  const error = await promise.then(
    () => expect.fail('nothing was refused'),
    (thrown) => thrown,
  );
  expect(error).to.be.instanceOf(LedgerError);
  expect(error.message).to.not.include('\n');
  return error;
}

/** Does what a power cut at a rename leaves behind. `step`: 0 is the first. */
async function cutOffAtRename(step: number, work: () => Promise<unknown>): Promise<void> {
  const { rename: real } = promises;
  let left = step;
  promises.rename = (from, to) => (left-- === 0 ? Promise.reject(new LedgerError('cut off')) : real(from, to));
  syncBuiltinESMExports();
  await work().catch(() => undefined);
  promises.rename = real;
  syncBuiltinESMExports();
}

describe('Rule: care of the file', () => {
  let ledger: Recovered;
  beforeEach(async () => {
    ledger = await recoverable();
  });
  afterEach(() => ledger.remove());

  /** Counts 100 bytes, makes a backup, counts 50 more. */
  async function withBackup(): Promise<void> {
    await ledger.read(0, 1000);
    await ledger.read(15, 1100);
    await backUp(ledger.directory, DAY);
    await ledger.read(30, 1150);
  }

  const DAMAGES: Record<string, (path: string) => Promise<unknown>> = {
    'cut in half': async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
    emptied: (path) => truncate(path, 0),
    'overwritten at its head': async (path) => {
      const bytes = await readFile(path);
      await writeFile(path, Buffer.concat([Buffer.alloc(200, 7), bytes.subarray(200)]));
    },
    'overwritten in its pages': async (path) => {
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0xa5, 4096, 4096 * 5));
    },
    'made another database': async (path) => {
      await rm(path);
      const database = await openDatabase(path, 'create');
      await database.exec('CREATE TABLE other(x)');
      await database.close();
    },
    text: (path) => writeFile(path, 'this is no database, but long enough to be taken for one\n'.repeat(100)),
  };

  for (const [name, damage] of Object.entries(DAMAGES)) {
    it(`a ledger that was ${name} is kept, and the newest backup takes its place and continues counting`, async () => {
      await withBackup();
      await damage(ledger.path);
      const damaged = await readFile(ledger.path);
      // The 50 bytes after the backup are still in the routers' counters.
      expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
      expect(ledger.lines).to.have.length(1);
      expect(ledger.lines[0]).to.match(
        /^Ledger ".*ledger\.db": file is [^\n]*; it is kept as ".*ledger-damaged-2026-03-10T12-00-30\.db"\. Backup ".*ledger-2026-03-10\.db" with the last posting at 2026-03-10T12:00:15Z took its place/,
      );
      expect((await readFile(join(ledger.directory, 'ledger-damaged-2026-03-10T12-00-30.db'))).equals(damaged)).to.equal(true);
      const [restore] = await ledger.audit();
      expect(restore?.kind).to.equal('restore');
      expect(restore?.why).to.match(/backup ledger-2026-03-10\.db took its place; .* kept as ledger-damaged-2026-03-10T12-00-30\.db$/);
      await ledger.use(async (store) => expect(await brokenRules(store)).to.deep.equal([]));
    });

    it(`a ledger that was ${name} and has no backup is refused and left as it is`, async () => {
      await ledger.read(0, 1000);
      await damage(ledger.path);
      const damaged = await readFile(ledger.path);
      for (let i = 0; i < 2; i++) {
        const { message } = await refusal(ledger.read(15, 1100));
        expect(message).to.match(
          /^Ledger ".*": file is .*, and ".*backups" holds no good backup: restore one with "wrtmeter restore FILE"/,
        );
      }
      expect((await readFile(ledger.path)).equals(damaged)).to.equal(true);
    });
  }

  it('a counter that began again after the backup posts what it shows, and nothing twice', async () => {
    await withBackup();
    await truncate(ledger.path, 0);
    expect(await ledger.read(45, 30, 60)).to.deep.equal({ phone: 130, uplink: 260 });
    expect(await ledger.read(60, 40, 80)).to.deep.equal({ phone: 140, uplink: 280 });
  });

  it('a damaged ledger is kept with its log, and no old log is read into the new file', async () => {
    await withBackup();
    const running = await openStore(ledger.directory);
    await running.commit([{ sql: "INSERT INTO meta(key, value) SELECT value ->> 0, 'x' FROM json_each(?)", rows: [['probe']] }]);
    const files = ['ledger.db', 'ledger.db-wal'].map((name) => join(ledger.directory, name));
    const [, log] = await Promise.all(files.map((file) => readFile(file)));
    await running.close();
    await writeFile(join(ledger.directory, 'ledger.db-wal'), log ?? '');
    await truncate(ledger.path, 5000);
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect((await readFile(join(ledger.directory, 'ledger-damaged-2026-03-10T12-00-30.db-wal'))).equals(log ?? Buffer.alloc(0))).to.equal(
      true,
    );
    await ledger.use(async (store) => expect(await store.all("SELECT * FROM meta WHERE key = 'probe'")).to.deep.equal([]));
  });

  it('a damaged file is never overwritten by another', async () => {
    await withBackup();
    await writeFile(join(ledger.directory, 'ledger-damaged-2026-03-10T12-00-30.db'), 'an older one');
    await truncate(ledger.path, 0);
    await ledger.read(45, 1170);
    expect(await readFile(join(ledger.directory, 'ledger-damaged-2026-03-10T12-00-30.db'), 'utf8')).to.equal('an older one');
    expect(await ledger.names()).to.include('ledger-damaged-2026-03-10T12-00-30-2.db');
  });

  it('a damaged backup is passed over, loudly, for one that is good', async () => {
    await withBackup();
    await backUp(ledger.directory, DAY + 1);
    const newest = join(ledger.directory, 'backups/ledger-2026-03-11.db');
    await truncate(newest, 9000);
    await truncate(ledger.path, 0);
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect(ledger.lines[0]).to.match(/^Backup ".*ledger-2026-03-11\.db" cannot take the ledger's place: file is damaged/);
  });

  it('a backup that a clock far ahead has dated does not hide the true ones', async () => {
    await ledger.read(0, 1000);
    await backUp(ledger.directory, DAY + 400);
    await ledger.read(15, 1100);
    await backUp(ledger.directory, DAY);
    await truncate(ledger.path, 0);
    expect(await ledger.read(30, 20)).to.deep.equal({ phone: 120, uplink: 240 });
  });

  it('a ledger that is gone beside its backups is not a first start', async () => {
    await withBackup();
    await rm(ledger.path);
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect(ledger.lines[0]).to.match(/file is missing, but there was one: "backups\/ledger-2026-03-10\.db" exists\. Backup /);
    expect(await ledger.names()).to.deep.equal(['backups', 'ledger.db']);
  });

  it('a ledger that is gone where another was set aside, or where only its log is left, is refused', async () => {
    await writeFile(join(ledger.directory, 'ledger-replaced-2026-01-01T00-00-00.db'), 'x');
    expect((await refusal(ledger.read(0, 1))).message).to.match(
      /file is missing, but there was one: "ledger-replaced-.*holds no good backup/,
    );
    await rm(join(ledger.directory, 'ledger-replaced-2026-01-01T00-00-00.db'));
    await writeFile(`${ledger.path}-wal`, 'x');
    expect((await refusal(ledger.read(0, 1))).message).to.include('"ledger.db-wal" exists');
    await rm(`${ledger.path}-wal`);
    expect(await ledger.read(0, 1)).to.deep.equal({ phone: 0, uplink: 0 });
    expect(ledger.lines).to.deep.equal([]);
  });

  it('a first start that was cut off leaves nothing that is in the way of the next', async () => {
    await writeFile(`${ledger.path}.new`, 'half a file');
    expect(await ledger.read(0, 1)).to.deep.equal({ phone: 0, uplink: 0 });
    expect(await ledger.names()).to.deep.equal(['ledger.db']);
  });

  it('a replacement that was cut off after the old file had moved is finished', async () => {
    await withBackup();
    await copyDatabase(join(ledger.directory, 'backups/ledger-2026-03-10.db'), `${ledger.path}.restoring`);
    await rename(ledger.path, join(ledger.directory, 'ledger-replaced-2026-03-10T12-00-40.db'));
    await rm(join(ledger.directory, 'backups'), { recursive: true });
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect(await ledger.names()).to.deep.equal(['ledger-replaced-2026-03-10T12-00-40.db', 'ledger.db']);
  });

  it('a restore into an empty directory that was cut off is finished, or what is left of it refused', async () => {
    await withBackup();
    await rename(ledger.path, `${ledger.path}.restoring`);
    await rm(join(ledger.directory, 'backups'), { recursive: true });
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    await rename(ledger.path, `${ledger.path}.restoring`);
    await truncate(`${ledger.path}.restoring`, 9000);
    expect((await refusal(ledger.read(60, 1180))).message).to.match(
      /there was one: "ledger\.db\.restoring" exists, and .* holds no good backup/,
    );
  });

  it('a change that a power cut left half done, as a first start or a restore may, is taken back', async () => {
    await withBackup();
    const [backup, mine] = [join(ledger.directory, 'backups/ledger-2026-03-10.db'), join(ledger.directory, 'mine.db')];
    await copyDatabase(backup, mine);
    const database = await openDatabase(mine, 'write');
    // More than it keeps in memory, so that the file has a part of it.
    await database.exec(`PRAGMA cache_size = 1; BEGIN; UPDATE total SET download = 7; DELETE FROM day;
      INSERT INTO meta SELECT 'probe ' || value, hex(zeroblob(2000)) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]')`);
    const cutOff = async () => {
      for (const end of ['', '-journal']) await copyFile(mine + end, ledger.path + end);
    };
    await cutOff();
    expect((await refusal(openStoreToRead(ledger.directory))).message).to.equal(
      `Ledger "${ledger.path}": a change of it was cut off: start the service, which takes it back`,
    );
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect(await ledger.names()).to.deep.equal(['backups', 'ledger.db', 'mine.db', 'mine.db-journal']);
    await cutOff();
    const { kept } = await restoreFile(ledger.directory, backup, START);
    await database.exec('ROLLBACK');
    await database.close();
    await restoreFile(ledger.directory, kept ?? '', START);
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
  });

  it('what is left of a replacement that was cut off before is removed', async () => {
    await withBackup();
    await writeFile(`${ledger.path}.restoring`, 'half a copy');
    await writeFile(`${ledger.path}.restoring.4711.partial`, 'less than half');
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect(await ledger.names()).to.deep.equal(['backups', 'ledger.db']);
  });

  it('the ledger of a newer program is refused, not taken for damaged; such a backup is passed over', async () => {
    await withBackup();
    const raise = async (path: string) => {
      const database = await openDatabase(path, 'write');
      await database.exec('PRAGMA user_version = 99');
      await database.close();
    };
    await raise(ledger.path);
    expect((await refusal(ledger.read(45, 1170))).message).to.match(
      /was written by a newer wrtmeter \(schema 99, this one supports \d+\): use the newer version$/,
    );
    expect(await ledger.names()).to.deep.equal(['backups', 'ledger.db']);
    await raise(join(ledger.directory, 'backups/ledger-2026-03-10.db'));
    await truncate(ledger.path, 0);
    expect((await refusal(ledger.read(45, 1170))).message).to.include('holds no good backup');
    expect(ledger.lines[0]).to.match(/cannot take the ledger's place: it was written by a newer wrtmeter \(schema 99\)/);
  });

  it('a number that has changed in the file is reported', async () => {
    await ledger.read(0, 1000);
    await ledger.read(15, 1100);
    const database = await openDatabase(ledger.path, 'write');
    await database.exec("UPDATE total SET download = download + 5 WHERE account = (SELECT id FROM account WHERE kind = 'wan')");
    await database.close();
    await ledger.use(async () => undefined);
    expect(ledger.lines).to.have.length(1);
    expect(ledger.lines[0]).to.match(
      /this does not hold: the days of an account add up to its total \(wan gateway wan\); "wrtmeter check /,
    );
  });

  it('a ledger that is moved away while it is in use takes no more, instead of losing all with the next start', async () => {
    await withBackup();
    const store = await openStore(ledger.directory);
    await rename(ledger.path, `${ledger.path}.away`);
    const write = () =>
      store.commit([{ sql: "INSERT INTO meta(key, value) SELECT value ->> 0, 'x' FROM json_each(?)", rows: [['probe']] }]);
    expect((await refusal(write())).message).to.include('was moved or replaced while it was in use');
    await rename(`${ledger.path}.away`, ledger.path);
    await write();
    await store.close();
  });

  it('whatever bytes of the file have changed, it is opened, brought back or refused in a line', async function () {
    this.timeout(60_000);
    await withBackup();
    await mkdir(join(ledger.directory, 'good'));
    const sound = await readFile(ledger.path);
    const flips = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 20 });
    const ends = { opened: 0, told: 0, 'brought back': 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(flips, async (places) => {
        for (const name of await readdir(ledger.directory)) {
          if (/^ledger/.test(name)) await rm(join(ledger.directory, name));
        }
        const bytes = Buffer.from(sound);
        for (const [at, flip] of places) bytes[at] = (bytes[at] ?? 0) ^ flip;
        await writeFile(ledger.path, bytes);
        const told: string[] = [];
        const store = await openOrRecover(ledger.directory, { now: START + 30_000, report: (line) => told.push(line) }).catch((error) => {
          if (!(error instanceof LedgerError)) throw error;
          expect(error.message).to.not.include('\n');
          return null;
        });
        if (store === null) {
          ends.refused += 1;
          expect((await readFile(ledger.path)).equals(bytes), 'a refused file is left as it is').to.equal(true);
          return;
        }
        const [sum] = await store
          .all("SELECT download AS n FROM total JOIN account ON id = account WHERE kind = 'device'")
          .finally(() => store.close());
        const kept = (await ledger.names()).filter((name) => name.startsWith('ledger-damaged'));
        if (kept.length > 0) {
          ends['brought back'] += 1;
          expect(sum?.n).to.equal(100);
          expect((await readFile(join(ledger.directory, kept[0] ?? ''))).equals(bytes), 'a damaged file is kept as it was').to.equal(true);
        } else if (told.length > 0) ends.told += 1;
        else {
          ends.opened += 1;
          expect(sum?.n, 'a wrong total is told of').to.equal(150);
        }
      }),
      { numRuns: 60 },
    );
    expect(ends['brought back'], JSON.stringify(ends)).to.be.greaterThan(5);
  });
});

describe('restoring a file by hand (Rule: care of the file)', () => {
  let ledger: Recovered;
  beforeEach(async () => {
    ledger = await recoverable();
    await ledger.read(0, 1000);
    await ledger.read(15, 1100);
  });
  afterEach(() => ledger.remove());

  const LATER = START + 3_600_000;

  it('the backup continues counting from its own baselines, and the ledger before is kept whole', async () => {
    const backup = join(ledger.directory, 'mine.db');
    await copyDatabase(ledger.path, backup);
    await ledger.read(30, 1150);
    const { kept, postedAt } = await restoreFile(ledger.directory, backup, LATER);
    expect(postedAt).to.equal(START + 15_000);
    expect(kept).to.equal(join(ledger.directory, 'ledger-replaced-2026-03-10T13-00-00.db'));
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
    expect((await ledger.audit()).map(({ kind, why }) => `${kind}: ${why}`)).to.deep.equal([
      'restore: restored from mine.db; the file before is kept as ledger-replaced-2026-03-10T13-00-00.db',
    ]);
    await restoreFile(ledger.directory, kept ?? '', LATER);
    expect(await ledger.read(45, 1170)).to.deep.equal({ phone: 170, uplink: 340 });
  });

  it('wherever it is cut off, the next start has one ledger or the other, and the one that is kept has its log', async () => {
    const backup = join(ledger.directory, 'mine.db');
    await copyDatabase(ledger.path, backup);
    await ledger.read(30, 1150);
    const files = [ledger.path, `${ledger.path}-wal`];
    const store = await openStore(ledger.directory);
    await store.commit([{ sql: "INSERT INTO meta(key, value) SELECT value ->> 0, 'x' FROM json_each(?)", rows: [['probe']] }]);
    const before = await Promise.all(files.map((file) => readFile(file)));
    await store.close();
    const probes = (found: Store) => found.all("SELECT value FROM meta WHERE key = 'probe'");
    for (let step = 0; step < 4; step++) {
      for (const [i, file] of files.entries()) await writeFile(file, before[i] ?? '');
      await cutOffAtRename(step, () => restoreFile(ledger.directory, backup, LATER));
      const [found, names] = await ledger.use(async (next) => [await probes(next), await ledger.names()]);
      const kept = names.find((name) => /^ledger-replaced-.*\.db$/.test(name));
      expect(found.length, `cut off at rename ${step}`).to.equal(kept === undefined ? 1 : 0);
      if (kept !== undefined) {
        await restoreFile(ledger.directory, join(ledger.directory, kept), LATER + 1000);
        expect(await ledger.use(probes), `kept after rename ${step}`).to.have.length(1);
      }
      for (const name of await readdir(ledger.directory))
        if (/^ledger[.-]/.test(name)) await rm(join(ledger.directory, name), { recursive: true });
    }
  });

  it('a copy with a log beside it is taken whole', async () => {
    const store = await openStore(ledger.directory);
    await store.commit([{ sql: "INSERT INTO meta(key, value) SELECT value ->> 0, 'x' FROM json_each(?)", rows: [['probe']] }]);
    const copy = join(ledger.directory, 'copy.db');
    await copyFile(ledger.path, copy);
    await copyFile(`${ledger.path}-wal`, `${copy}-wal`);
    await store.close();
    await restoreFile(ledger.directory, copy, LATER);
    await ledger.use(async (found) =>
      expect(await found.all("SELECT value FROM meta WHERE key = 'probe'")).to.deep.equal([{ value: 'x' }]),
    );
  });

  it('damaged and foreign files, the ledger itself, no file, and a ledger in use are refused; nothing moves', async () => {
    const at = (name: string) => join(ledger.directory, name);
    await writeFile(at('text.db'), 'no database '.repeat(500));
    await writeFile(at('empty.db'), '');
    const refused = async (name: string) => (await refusal(restoreFile(ledger.directory, at(name), LATER))).message;
    expect(await refused('text.db')).to.match(/cannot be restored: file is not a database$/);
    expect(await refused('empty.db')).to.match(/cannot be restored: file is empty$/);
    expect(await refused('ledger.db')).to.match(/is the ledger itself: name a backup of it$/);
    expect(await refused('nothing.db')).to.match(/^There is no file ".*nothing\.db": name a backup/);
    expect(await refused('text.db/x')).to.match(/^".*text\.db\/x" cannot be read: a part of its path is a file and not a directory$/);
    await copyDatabase(ledger.path, at('good.db'));
    const store = await openStore(ledger.directory);
    expect(await refused('good.db')).to.match(/is in use by another wrtmeter: stop it first/);
    await store.close();
    expect(await ledger.names()).to.deep.equal(['empty.db', 'good.db', 'ledger.db', 'text.db']);
  });
});
