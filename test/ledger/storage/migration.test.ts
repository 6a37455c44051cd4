import { mkdir, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openOrRecover, restoreFile } from '../../../src/ledger/backup/recovery.ts';
import type { Reader } from '../../../src/ledger/books.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openDatabase } from '../../../src/ledger/storage/driver/sqlite.ts';
import { inspect } from '../../../src/ledger/storage/inspect.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { loadBooks } from '../../../src/ledger/storage/load.ts';
import { loadHandLimits } from '../../../src/ledger/storage/people/limits.ts';
import { SCHEMA_VERSION } from '../../../src/ledger/storage/schema.ts';
import { openStore, openStoreBeside, openStoreToRead } from '../../../src/ledger/storage/store.ts';
import { EARLIER_VERSIONS, writeEarlierLedger } from '../../support/ledger/earlier-schemas.ts';
import { PHONE, START, TERMS } from '../../support/ledger/rounds.ts';

const EPOCH = { boot: '8d1f3b0e', instance: 12, began: null, margin: 0 };
/** The baselines in every earlier file. */
const COUNTERS = {
  'gateway\nwan': [['wan pppoe-wan', [{ bytes: { download: 5000, upload: 500 }, epoch: EPOCH, lastRead: null }]]],
  'attic\nstations': [
    [
      PHONE,
      [
        { bytes: { download: 4_294_967_396, upload: 9 }, epoch: null, lastRead: null },
        { bytes: { download: 8, upload: 7 }, epoch: null, lastRead: START - 60_000 },
      ],
    ],
  ],
};

/** Which row a baseline is in is not the same in every version. */
const withoutIds = (counters: Reader['counters']) =>
  [...counters].map(([counter, lines]) => [counter, lines.map(({ id: _, ...line }) => line)]);

describe('a ledger of an earlier version', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-migration-'));
    path = join(directory, 'ledger.db');
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** The books of the ledger in the directory, after its file was brought up to date. */
  async function migrated() {
    const ledger = await openLedger(await openStore(directory), TERMS, START);
    const { books, store } = ledger;
    const found = {
      version: (await store.all('PRAGMA user_version'))[0]?.user_version,
      broken: await brokenRules(store),
      baselines: Object.fromEntries([...books.readers].map(([key, { counters }]) => [key, withoutIds(counters)])),
      origins: [...books.readers.values()].map(({ origin, boot, uptime, readAt }) => ({ origin, boot, uptime, readAt })),
      totals: [...books.accounts.values()].map(({ kind, total, month, firstSeen, lastSeen }) => ({
        kind,
        total,
        month,
        firstSeen,
        lastSeen,
      })),
      names: [...books.devices.values()],
      leases: [...books.leases.values()].map(({ hostname }) => hostname),
      imported: await store.all('SELECT * FROM imported'),
      hours: await store.all('SELECT * FROM hour'),
      audit: (await store.all('SELECT why FROM audit')).map(({ why }) => why),
    };
    await ledger.close();
    return found;
  }

  for (const version of EARLIER_VERSIONS) {
    it(`of version ${version} is brought up to date when it is opened, with its baselines and totals`, async () => {
      await writeEarlierLedger(path, version);
      expect(await migrated()).to.deep.equal({
        version: SCHEMA_VERSION,
        broken: [],
        baselines: COUNTERS,
        origins: [
          { origin: 'wrtmeter http://gateway', boot: '8d1f3b0e', uptime: 1000.5, readAt: START },
          { origin: 'classic http://attic', boot: null, uptime: null, readAt: START },
        ],
        totals: [
          {
            kind: 'wan',
            total: { download: 700, upload: 70 },
            month: { download: 700, upload: 70 },
            firstSeen: START - 90_000,
            lastSeen: START,
          },
          {
            kind: 'device',
            total: { download: 40, upload: 4 },
            month: { download: 40, upload: 4 },
            firstSeen: START - 60_000,
            lastSeen: START,
          },
        ],
        names: [{ mac: PHONE, name: 'phone', namedBy: 'lease', ip: '192.168.1.10', network: null, ssid: null }],
        leases: ['phone'],
        imported: [{ account: 1, day: 20522, program: 'vnstat', kind: 'day', download: 300, upload: 30 }],
        hours: [{ hour: START, account: 1, download: 700, upload: 70 }],
        audit: ['fell'],
      });
    });

    it(`a baseline of version ${version} that goes takes its bytes along`, async () => {
      await writeEarlierLedger(path, version);
      const store = await openStore(directory);
      await store.commit([{ sql: 'DELETE FROM baseline WHERE reader IN (SELECT value ->> 0 FROM json_each(?))', rows: [[2]] }]);
      expect(await store.all('SELECT download FROM baseline_bytes')).to.deep.equal([{ download: 5000 }]);
      expect(await brokenRules(store)).to.deep.equal([]);
      await store.close();
    });

    it(`an account of version ${version} that goes takes its total along`, async () => {
      await writeEarlierLedger(path, version);
      const store = await openStore(directory);
      await store.commit([
        { sql: 'DELETE FROM day WHERE account IN (SELECT value ->> 0 FROM json_each(?))', rows: [[2]] },
        { sql: 'DELETE FROM account WHERE id IN (SELECT value ->> 0 FROM json_each(?))', rows: [[2]] },
      ]);
      expect(await store.all('SELECT account, download FROM total')).to.deep.equal([{ account: 1, download: 700 }]);
      expect(await brokenRules(store)).to.deep.equal([]);
      await store.close();
    });

    it(`a reader of version ${version} that goes takes its time along`, async () => {
      await writeEarlierLedger(path, version);
      const store = await openStore(directory);
      await store.commit(
        ['baseline WHERE reader', 'reader WHERE id'].map((of) => ({
          sql: `DELETE FROM ${of} IN (SELECT value ->> 0 FROM json_each(?))`,
          rows: [[2]],
        })),
      );
      expect(await store.all('SELECT * FROM reader_time')).to.deep.equal([{ reader: 1, read_at: START, uptime: 1000.5 }]);
      expect(await brokenRules(store)).to.deep.equal([]);
      await store.close();
    });

    it(`a backup of version ${version} is good, and can be restored`, async () => {
      const backup = join(directory, 'backup.db');
      await writeEarlierLedger(backup, version);
      expect(await inspect(backup)).to.deep.equal({ state: 'good', version, postedAt: START });
      await restoreFile(directory, backup, START);
      expect((await migrated()).baselines).to.deep.equal(COUNTERS);
    });

    it(`a backup of version ${version} replaces a damaged ledger`, async () => {
      await mkdir(join(directory, 'backups'));
      await writeEarlierLedger(join(directory, 'backups/ledger-2026-03-09.db'), version);
      await writeEarlierLedger(path, version);
      await truncate(path, 3000);
      const store = await openOrRecover(directory, { now: START, report: () => undefined });
      expect([...(await loadBooks(store)).readers].map(([key, { counters }]) => [key, withoutIds(counters)])).to.have.deep.members(
        Object.entries(COUNTERS),
      );
      expect((await store.all('SELECT kind FROM audit ORDER BY id')).map(({ kind }) => kind)).to.deep.equal(['reset', 'restore']);
      await store.close();
    });

    it(`version ${version} is not read before the service has brought it up to date`, async () => {
      await writeEarlierLedger(path, version);
      const error = await openStoreToRead(directory).catch((error: Error) => error);
      expect(error).to.have.property('message').that.includes(`has schema ${version}, this wrtmeter needs ${SCHEMA_VERSION}`);
    });
  }

  it('the notices and tariffs of version 7 are kept, and there is no bonus', async () => {
    await writeEarlierLedger(path, 7);
    const store = await openStore(directory);
    const found = await Promise.all(
      ['notice', 'delivery', 'tariff', 'hour_tariff', 'day_tariff'].map((table) => store.all(`SELECT * FROM ${table}`)),
    );
    expect(found.map((rows) => rows.length)).to.deep.equal([1, 1, 1, 1, 1]);
    expect((await loadBooks(store)).bonuses).to.deep.equal([]);
    await store.close();
  });

  it('the bonuses of version 8 are kept, and there is no limit by hand', async () => {
    await writeEarlierLedger(path, 8);
    const store = await openStore(directory);
    expect((await loadBooks(store)).bonuses.map(({ quota, bytes }) => [quota, bytes])).to.deep.equal([['line', 7]]);
    expect(await loadHandLimits(store)).to.deep.equal([]);
    await store.close();
  });

  it('the limits by hand of version 9 are kept', async () => {
    await writeEarlierLedger(path, 9);
    const store = await openStore(directory);
    expect((await loadHandLimits(store)).map(({ action, by }) => [action.kind, by])).to.deep.equal([['pause', 'mum']]);
    await store.close();
  });

  it('where hosts feed devices in version 10, what waits in a list of stations keeps its bytes from devices', async () => {
    await writeEarlierLedger(path, 10);
    const database = await openDatabase(path, 'write');
    await database.exec("INSERT INTO meta VALUES ('fed_by_hosts', '1')");
    await database.close();
    const store = await openStore(directory);
    const { readers } = await loadBooks(store);
    expect([...readers.values()].map(({ source, isFedElsewhere }) => [source, isFedElsewhere])).to.deep.equal([
      ['wan', false],
      ['stations', true],
    ]);
    const lines = readers.get('attic\nstations')?.counters.get(PHONE);
    expect(lines?.map(({ fedElsewhere }) => fedElsewhere)).to.deep.equal([undefined, ['wait', 'download', 'upload']]);
    await store.close();
  });

  it('nor does what hosts of version 10 had left open before they took over feed devices', async () => {
    await writeEarlierLedger(path, 10);
    const database = await openDatabase(path, 'write');
    const doubts = (since: number) => `'{"upload":{"kind":"dipped","since":${since},"least":1,"settles":9}}'`;
    await database.exec(`
      INSERT INTO meta VALUES ('fed_by_hosts', '1'), ('fed_from', '${START}');
      INSERT INTO reader VALUES (3, 'gateway', 'hosts', 'wrtmeter http://gateway', '8d1f3b0e', '', 0, 0);
      INSERT INTO reader_time VALUES (3, ${START}, 1000.5);
      INSERT INTO baseline(id, reader, counter, line, last_read, doubts) VALUES
        (11, 3, 'waits', 0, ${START - 1}, NULL), (12, 3, 'waits since then', 0, ${START}, NULL), (13, 3, 'is plain', 0, NULL, NULL),
        (14, 3, 'dipped', 0, NULL, ${doubts(START)}), (15, 3, 'dipped since then', 0, NULL, ${doubts(START + 86_400_000)});
      INSERT INTO baseline_bytes SELECT id, 5, 5 FROM baseline WHERE id > 10;`);
    await database.close();
    const store = await openStore(directory);
    const { counters } = (await loadBooks(store)).readers.get('gateway\nhosts') as Reader;
    const marked = [...counters].filter(([, lines]) => lines.some(({ fedElsewhere }) => fedElsewhere !== undefined));
    expect(marked.map(([counter]) => counter)).to.deep.equal(['dipped', 'waits']);
    await store.close();
  });

  it('readers of version 11 that another source has fed devices without are known, so that no clock decides', async () => {
    await writeEarlierLedger(path, 11);
    const database = await openDatabase(path, 'write');
    await database.exec(`
      INSERT INTO meta VALUES ('fed_by_hosts', '1'), ('fed_from', '${START - 1000}');
      UPDATE reader SET fed_elsewhere = 1 WHERE id = 2;
      INSERT INTO reader(id, router, source, origin, earlier_boots, partial, unread, fed_elsewhere) VALUES
        (3, 'gateway', 'hosts', 'one', '', 0, 0, 0), (4, 'away', 'hosts', 'two', '', 0, 0, 0), (5, 'gateway', 'stations', 'one', '', 0, 0, 1);
      INSERT INTO reader_time VALUES (3, ${START + 5}, 1), (4, ${START - 2000}, 1), (5, ${START + 5}, 1);`);
    await database.close();
    const store = await openStore(directory);
    const { readers } = await loadBooks(store);
    const told = [...readers.values()].map(({ router, source, isFedElsewhere, isBehind }) => [router, source, isFedElsewhere, isBehind]);
    expect(told).to.deep.equal([
      ['gateway', 'wan', false, false],
      ['attic', 'stations', false, true],
      ['gateway', 'hosts', false, false],
      ['away', 'hosts', false, true],
      ['gateway', 'stations', true, false],
    ]);
    await store.close();
  });

  it('the peers of version 2 are kept', async () => {
    await writeEarlierLedger(path, 2);
    const store = await openStore(directory);
    expect([...(await loadBooks(store)).peers.values()].map(({ name, state }) => ({ name, state }))).to.deep.equal([
      { name: 'anna', state: 'active' },
    ]);
    await store.close();
  });

  it('one of a newer version is refused and left as it is', async () => {
    await (await openStore(directory)).close();
    const database = await openDatabase(path, 'write');
    await database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    await database.close();
    expect(await inspect(path)).to.deep.equal({ state: 'newer', version: SCHEMA_VERSION + 1 });
    for (const open of [openStore, openStoreToRead]) {
      const error = await open(directory).catch((error: Error) => error);
      expect(error)
        .to.have.property('message')
        .that.includes(`was written by a newer wrtmeter (schema ${SCHEMA_VERSION + 1}, this one supports ${SCHEMA_VERSION})`);
    }
  });

  for (const version of [0, 20_000]) {
    it(`one with the version ${version}, which no program writes, is none: it cannot be migrated`, async () => {
      await (await openStore(directory)).close();
      const database = await openDatabase(path, 'write');
      await database.exec(`PRAGMA user_version = ${version}`);
      await database.close();
      for (const open of [openStore, openStoreToRead, openStoreBeside]) {
        const error = await open(directory).catch((error: Error) => error);
        expect(error, open.name).to.have.property('message').that.includes(': file is not a ledger; start the service to restore');
      }
    });
  }
});
