import { expect } from 'chai';
import { readAccountUsage } from '../../../src/ledger/storage/read-usage.ts';
import { type Cell, openStoreToRead, type Store } from '../../../src/ledger/storage/store.ts';
import { openHome, type SmallHome, wan } from '../../support/homes/small-home.ts';

const NOW = Date.UTC(2026, 10, 20, 18);

describe('reading all usage of an account', () => {
  let home: SmallHome;
  let store: Store;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] } });
    store = await openStoreToRead(home.directory);
  });
  afterEach(async () => {
    await store.close();
    await home.close();
  });

  const post = (minute: number) =>
    home.read(NOW + minute * 60_000, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download: minute, upload: 0 } }]) } } });
  const HOUR = Date.UTC(2026, 10, 20, 18);
  const rowsOf = (download: number) => ({
    hours: [{ account: 1, time: HOUR, bytes: { download, upload: 0 } }],
    days: [{ account: 1, time: HOUR / 86_400_000 - 0.75, bytes: { download, upload: 0 } }],
  });

  it('reads hours and days of one moment, although a round is posted between', async () => {
    await post(0);
    await post(1);
    const slow = {
      all: async (sql: string, ...values: Cell[]) => {
        const rows = await store.all(sql, ...values);
        if (sql.includes('FROM hour')) await post(2);
        return rows;
      },
    };
    expect(await readAccountUsage(slow, 1)).to.deep.equal(rowsOf(1));
    expect(await readAccountUsage(store, 1)).to.deep.equal(rowsOf(2));
  });

  it('leaves no transaction behind where reading fails', async () => {
    await post(0);
    await post(1);
    const failing = {
      all: (sql: string, ...values: Cell[]) => store.all(sql.includes('FROM day') ? 'SELECT nonsense' : sql, ...values),
    };
    expect(await readAccountUsage(failing, 1).catch((error: Error) => error)).to.be.an('error');
    await post(2);
    expect(await readAccountUsage(store, 1)).to.deep.equal(rowsOf(2));
  });
});
