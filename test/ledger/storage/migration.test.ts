import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { MIGRATIONS } from '../../../src/ledger/storage/schema.ts';
import { openDatabase } from '../../../src/ledger/storage/sqlite.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { START, TERMS } from '../../support/ledger/rounds.ts';

describe('a ledger of an earlier version', () => {
  it('of version 1 is brought up to date when it is opened, with its baselines and totals', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-migration-'));
    const old = await openDatabase(join(directory, 'ledger.db'), 'create');
    await old.exec(`BEGIN; ${MIGRATIONS[0]}; PRAGMA user_version = 1; COMMIT`);
    await old.exec(`INSERT INTO meta VALUES ('posted_at', '${START}'), ('started_at', '${START}');
      INSERT INTO account VALUES (1, 'wan', 'gateway', 'wan', '', 0, 700, 70, ${START}, ${START});
      INSERT INTO day VALUES (20522, 1, 700, 70);
      INSERT INTO reader VALUES (1, 'gateway', 'wan', 'test', ${START}, '8d1f3b0e', 1000.5);
      INSERT INTO baseline VALUES (1, 'wan pppoe-wan', 0, 5000, 500, NULL, '8d1f3b0e', 12, NULL, 0)`);
    await old.close();
    const ledger = await openLedger(await openStore(directory), TERMS, START);
    expect(ledger.books.readers.get('gateway\nwan')?.counters.get('wan pppoe-wan')).to.deep.equal([
      { bytes: { download: 5000, upload: 500 }, epoch: { boot: '8d1f3b0e', instance: 12, began: null, margin: 0 }, lastRead: null },
    ]);
    expect([...ledger.books.accounts.values()].map(({ total }) => total)).to.deep.equal([{ download: 700, upload: 70 }]);
    expect(await brokenRules(ledger.store)).to.deep.equal([]);
    await ledger.close();
    await rm(directory, { recursive: true });
  });
});
