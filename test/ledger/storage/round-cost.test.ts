import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Ledger, openLedger } from '../../../src/ledger/ledger.ts';
import { openStore, type Store } from '../../../src/ledger/storage/store.ts';
import { BENCH_TERMS, benchHome } from '../../bench/home.ts';
import { type Trace, traceSqlite } from '../../support/ledger/trace.ts';

const START = Date.UTC(2026, 2, 10, 12, 2);
/** After these rounds every counter has its baseline and every device its accounts. */
const FIRST_ROUNDS = 4;

/** Devices of a home whose rounds would be dear if anything grew faster than it should. */
const MANY = 400;
/** Statements of one round, with those that begin and commit it. */
const MOST_STATEMENTS = 12;
/** Rows that a device has in the file: a baseline for each of five counters, and the total, hour and day of three accounts. */
const ROWS_OF_DEVICE = 14;
/** For rows of temporary tables. */
const TEMPORARY_ROWS = 6;
/** Bytes of the write-ahead log for each device of which every counter moved, and for what every round writes. */
const MOST_BYTES_OF_DEVICE = 380;
const MOST_BYTES = 2560;

interface Size {
  devices: number;
  routers: number;
  /** The first so many devices move bytes in the round that is measured. */
  moving: number;
}

/** What SQLite says that a round took. */
interface Cost {
  statements: string[];
  /** Rows inserted, changed or deleted, in temporary tables too. */
  rows: number;
  /** Bytes in the write-ahead log. */
  written: number;
  /** Tables of the file that a statement reads from end to end. */
  scanned: string[];
}

/** SQLite counts, so no figure here depends on the machine. */
describe('what a round costs', () => {
  let trace: Trace;
  before(() => {
    trace = traceSqlite();
  });
  after(() => trace.end());

  it('each statement runs once, and no table is read from end to end, however many devices and routers', async () => {
    for (const size of [
      { devices: 10, routers: 1, moving: 10 },
      { devices: MANY, routers: 8, moving: MANY },
    ]) {
      const { statements, scanned } = await costOf(size);
      const texts = statements.map(withoutValues);
      expect(texts[0]).to.equal('BEGIN IMMEDIATE');
      expect(texts.at(-1), 'nothing is read after the commit').to.equal('COMMIT');
      expect(texts.length, texts.join('\n')).to.be.within(6, MOST_STATEMENTS);
      expect([...new Set(texts)]).to.deep.equal(texts);
      expect(scanned).to.deep.equal([]);
    }
  });

  it('nothing is written for silent devices', async () => {
    const [alone, among] = [await costOf({ devices: 10, routers: 3, moving: 10 }), await costOf({ devices: MANY, routers: 3, moving: 10 })];
    expect(among.rows).to.equal(alone.rows);
    expect(among.statements.map(withoutValues)).to.deep.equal(alone.statements.map(withoutValues));
    const [few, many] = [await costOf({ devices: 10, routers: 3, moving: 0 }), await costOf({ devices: MANY, routers: 3, moving: 0 })];
    expect(many.rows).to.equal(few.rows);
    expect(many.written).to.equal(few.written).and.at.most(MOST_BYTES);
  });

  it('a device writes its own rows, and as many bytes in a large home as in a small one', async () => {
    const silent = await costOf({ devices: 50, routers: 3, moving: 0 });
    for (const devices of [50, MANY]) {
      const { rows, written } = await costOf({ devices, routers: 3, moving: devices });
      // Next to the devices the uplink moved, and a few baselines came to be known better.
      expect((rows - silent.rows) / devices).to.be.within(ROWS_OF_DEVICE, ROWS_OF_DEVICE + TEMPORARY_ROWS + 0.5);
      expect(written).to.be.at.most(MOST_BYTES + devices * MOST_BYTES_OF_DEVICE);
    }
  });

  /** Of one round of a home of which everything is known. Every device has four counters on the gateway and one on its access point. */
  async function costOf({ moving, ...size }: Size): Promise<Cost> {
    const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-cost-'));
    const ledger = await openLedger(await openStore(directory), BENCH_TERMS, START);
    try {
      const home = benchHome({ seed: 1, start: START, hosts: true, quiet: true, ...size });
      for (let i = 0; i < FIRST_ROUNDS; i++) await home.round(ledger, 15);
      // A round clears the temporary rows of the one before.
      await home.round(ledger, 15, moving);
      return await measured(ledger, () => home.round(ledger, 15, moving));
    } finally {
      await ledger.close();
      await rm(directory, { recursive: true });
    }
  }

  async function measured({ store }: Ledger, round: () => Promise<void>): Promise<Cost> {
    const number = async (sql: string) => Number(Object.values((await store.all(sql))[0] ?? {})[0]);
    await store.all('PRAGMA wal_checkpoint(TRUNCATE)');
    const [changes, size] = [await number('SELECT total_changes()'), await store.size()];
    await trace.statements(store);
    await round();
    const statements = await trace.statements(store);
    const rows = (await number('SELECT total_changes()')) - changes;
    const written = (await store.size()) - size;
    const scanned = (await Promise.all(statements.map((sql) => scannedTables(store, sql)))).flat();
    return { statements, rows, written, scanned };
  }
});

/** A statement without the texts and numbers in it. */
const withoutValues = (sql: string): string => sql.replaceAll(/'(?:[^']|'')*'|\b\d[\d.e+]*\b/g, '?');

async function scannedTables(store: Store, sql: string): Promise<string[]> {
  const tables = (await store.all("SELECT name FROM main.sqlite_schema WHERE type = 'table'")).map(({ name }) => String(name));
  const plan = (await store.all(`EXPLAIN QUERY PLAN ${sql}`)).map(({ detail }) => String(detail));
  return plan.flatMap((step) => {
    const called = /^SCAN (\w+)\b(?! VIRTUAL)/.exec(step)?.[1];
    if (called === undefined) return [];
    return tables.filter((table) => table === called || new RegExp(`\\b${table} AS ${called}\\b`, 'i').test(sql));
  });
}
