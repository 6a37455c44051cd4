import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Access, Database, Driver } from '../../../../src/ledger/storage/driver/driver.ts';
import { nodeDriver } from '../../../../src/ledger/storage/driver/node.ts';
import { nodeSqlite } from '../../../../src/ledger/storage/driver/node-sqlite.ts';
import { runAll } from '../../../../src/ledger/storage/driver/run-all.ts';
import { codeOf } from '../../../../src/ledger/storage/driver/sqlite.ts';
import { packageDriver } from '../../../../src/ledger/storage/driver/sqlite3.ts';
import { finish } from '../../../support/program/command.ts';

const MANY_ROWS = `CREATE TABLE t (id INTEGER PRIMARY KEY, filler BLOB);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, randomblob(900) FROM n`;

const begun = async (copy: string) => {
  while (!existsSync(copy)) await sleep(1);
};

const drivers: [string, () => Promise<Driver>][] = [
  ['the package sqlite3', packageDriver],
  ...(nodeSqlite() === null ? [] : [['the SQLite of Node', async () => nodeDriver()] satisfies [string, () => Promise<Driver>]]),
];

for (const [name, load] of drivers) {
  describe(`a file opened with ${name}`, () => {
    let driver: Driver;
    let directory: string;
    let path: string;
    let opened: Database[];
    before(async () => {
      driver = await load();
    });
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'wrtmeter driver ?#%-'));
      path = join(directory, 'a.db');
      opened = [];
    });
    afterEach(async () => {
      for (const database of opened) await database.close();
      rmSync(directory, { recursive: true });
    });

    const open = async (access: Access, file = path) => {
      const database = await driver.open(file, access);
      opened.push(database);
      return database;
    };
    const failure = (work: Promise<unknown>) => work.then(() => 'no error', codeOf);
    const cell = async (database: Database, sql: string) => Object.values((await database.all(sql))[0] ?? {})[0];

    it('gives cells as text, numbers and null, and rounds what no number can be', async () => {
      const database = await open('create');
      expect(await database.all("SELECT 'ä' AS a, 4000000000 AS b, -1.5 AS c, NULL AS d, 9007199254740993 AS e")).to.deep.equal([
        { a: 'ä', b: 4_000_000_000, c: -1.5, d: null, e: 9_007_199_254_740_992 },
      ]);
      expect(await database.all('SELECT ? AS a, ? AS b, ? AS c, typeof(?) AS d, ? / 2 AS e', 'x', null, 2 ** 40, 7, 7)).to.deep.equal([
        { a: 'x', b: null, c: 2 ** 40, d: 'integer', e: 3 },
      ]);
    });

    it('reads an immutable file of any name alone, without what SQLite keeps beside it', async () => {
      const database = await open('create');
      await database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t AS SELECT 'kept' AS a");
      await database.close();
      const alone = await open('immutable');
      expect(await alone.all('SELECT a FROM t')).to.deep.equal([{ a: 'kept' }]);
      expect(readdirSync(directory)).to.deep.equal(['a.db']);
      expect(await failure(alone.exec('DELETE FROM t'))).to.equal('SQLITE_READONLY');
      await alone.copyTo(join(directory, 'b.db'));
      expect(await cell(await open('read', join(directory, 'b.db')), 'SELECT a FROM t')).to.equal('kept');
    });

    it('takes parameters by number, also where one is used twice or not at all', async () => {
      const database = await open('create');
      expect(await database.all('SELECT ?3 AS a, ?1 AS b, ?3 + 1 AS c', 'x', 'unused', 2 ** 33)).to.deep.equal([
        { a: 2 ** 33, b: 'x', c: 2 ** 33 + 1 },
      ]);
      await database.exec('CREATE TABLE t (a INTEGER)');
      await database.all('INSERT INTO t SELECT value ->> 0 FROM json_each(?1) UNION ALL SELECT json_array_length(?1)', '[[7]]');
      expect(await database.all('SELECT a FROM t')).to.deep.equal([{ a: 7 }, { a: 1 }]);
    });

    it('runs a transaction with all rows, whatever is in their texts', async () => {
      const database = await open('create');
      await database.exec('CREATE TABLE t (a INTEGER, b TEXT) STRICT; CREATE TABLE n (a INTEGER PRIMARY KEY, b REAL) STRICT');
      const texts = [
        'x',
        "'",
        "it''s ?",
        "''); DROP TABLE t; --",
        '"',
        '\\',
        '?',
        'VALUES ?',
        '$&',
        'before\0after',
        '\n;\n',
        'ä 🙂',
        '',
        null,
      ];
      const rows = texts.map((text, i) => [2 ** 52 + i, text]);
      const numbers = Array.from({ length: 10_000 }, (_, i) => [i, i % 3 === 0 ? null : i * 1e12 + 0.25]);
      await runAll(database, [
        { sql: 'INSERT INTO t SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true', rows },
        { sql: 'INSERT INTO n VALUES ? ON CONFLICT DO NOTHING', as: 'values', rows: numbers },
        {
          sql: 'UPDATE t SET a = a + (SELECT count(*) FROM json_each(?1)) + (SELECT max(value ->> 0) FROM json_each(?1))',
          rows: [[1], [5]],
        },
      ]);
      expect(await database.all('SELECT a, b FROM t')).to.deep.equal(rows.map(([a, b]) => ({ a: Number(a) + 7, b })));
      expect(await database.all('SELECT a, b FROM n')).to.deep.equal(numbers.map(([a, b]) => ({ a, b })));
    });

    it('fails with the codes of SQLite', async () => {
      expect(await failure(driver.open(path, 'write'))).to.equal('SQLITE_CANTOPEN');
      expect(await failure(driver.open(path, 'read'))).to.equal('SQLITE_CANTOPEN');
      expect(readdirSync(directory)).to.deep.equal([]);
      const database = await open('create');
      await database.exec('CREATE TABLE t (a INTEGER PRIMARY KEY)');
      expect(await failure(database.exec('SELECT'))).to.equal('SQLITE_ERROR');
      expect(await failure(database.exec('INSERT INTO t VALUES (1), (1)'))).to.equal('SQLITE_CONSTRAINT');
      expect(await failure((await open('read')).exec('INSERT INTO t VALUES (2)'))).to.equal('SQLITE_READONLY');
      await database.exec('PRAGMA max_page_count = 3');
      expect(await failure(database.exec('CREATE TABLE u AS SELECT randomblob(100000)'))).to.equal('SQLITE_FULL');
      writeFileSync(join(directory, 'text.db'), 'no database '.repeat(100));
      expect(await failure((await open('read', join(directory, 'text.db'))).all('SELECT * FROM t'))).to.equal('SQLITE_NOTADB');
      await database.exec('BEGIN IMMEDIATE');
      const other = await open('write');
      await other.exec('PRAGMA busy_timeout = 10');
      expect(await failure(other.exec('BEGIN IMMEDIATE'))).to.equal('SQLITE_BUSY');
      const words = await other.exec('BEGIN IMMEDIATE').catch((error: Error) => error.message);
      expect(words).to.equal('SQLITE_BUSY: database is locked');
    });

    it('keeps others from a lock until it is closed, twice if that happens', async () => {
      const [lock, other] = [await driver.openLock(path), await driver.openLock(path)];
      for (const each of [lock, other]) await each.exec('PRAGMA busy_timeout = 10; PRAGMA locking_mode = EXCLUSIVE');
      await lock.exec('BEGIN EXCLUSIVE');
      expect(await failure(other.exec('BEGIN EXCLUSIVE'))).to.equal('SQLITE_BUSY');
      await lock.close();
      await lock.close();
      await other.exec('BEGIN EXCLUSIVE');
      await other.close();
    });

    it('is closed once, and nothing else with it', async () => {
      const first = await open('create');
      await first.close();
      const second = await open('create');
      await first.close();
      expect(await cell(second, 'SELECT 1')).to.equal(1);
      expect(await failure(first.all('SELECT 1'))).not.to.equal('no error');
    });

    it('is copied whole into one file, as it was when the copy began, while another connection writes', async () => {
      const writer = await open('create');
      await writer.exec(`PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; ${MANY_ROWS}`);
      const copy = join(directory, 'copy.db');
      const copied = (await open('read')).copyTo(copy);
      await begun(copy);
      await writer.exec('DELETE FROM t WHERE id > 10');
      await copied;
      expect(readdirSync(directory).filter((file) => file.startsWith('copy'))).to.deep.equal(['copy.db']);
      chmodSync(copy, 0o400);
      const reader = await open('read', copy);
      expect(await cell(reader, 'PRAGMA integrity_check')).to.equal('ok');
      expect(await cell(reader, 'SELECT count(*) FROM t')).to.equal(20_000);
      expect(await cell(reader, 'PRAGMA page_size')).to.equal(1024);
    });

    it('ends a copy that is interrupted, and can be copied afterwards', async () => {
      await (await open('create')).exec(MANY_ROWS);
      const reader = await open('read');
      const copy = join(directory, 'copy.db');
      const copied = failure(reader.copyTo(copy));
      await begun(copy);
      reader.interrupt();
      expect(await copied).to.equal('SQLITE_INTERRUPT');
      await reader.copyTo(join(directory, 'other.db'));
    });

    it('lets everything else go on while it works', async () => {
      const database = await open('create');
      let ticks = 0;
      const timer = setInterval(() => {
        ticks += 1;
      }, 5);
      const long = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT max(i) FROM n';
      const began = performance.now();
      await database.all(long);
      clearInterval(timer);
      expect(ticks).to.be.above((performance.now() - began) / 5 / 4);
    });
  });
}

if (nodeSqlite() !== null) {
  it('a process with the SQLite of Node prints no warning, and ends when its work is done, whatever is open', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wrtmeter-driver-'));
    const script = `
      const { nodeDriver } = await import('./src/ledger/storage/driver/node.ts');
      const lock = await nodeDriver().openLock(${JSON.stringify(join(directory, 'lock'))});
      const database = await nodeDriver().open(${JSON.stringify(join(directory, 'a.db'))}, 'create');
      console.log((await database.all('SELECT 1 AS a'))[0].a);`;
    const { code, stdout, stderr } = await finish([process.execPath, '--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '../../../..'),
    });
    rmSync(directory, { recursive: true });
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: '1\n', stderr: '' });
  });
}
