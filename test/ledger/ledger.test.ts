import { expect } from 'chai';
import { LedgerError } from '../../src/errors.ts';
import { accountKey } from '../../src/ledger/account.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { brokenRules } from '../../src/ledger/storage/integrity.ts';
import { loadBooks } from '../../src/ledger/storage/load.ts';
import type { Store } from '../../src/ledger/storage/store.ts';
import { type Bench, ok, openBench, START, TERMS, wan } from '../support/ledger/rounds.ts';

const HOUR = 3600;
const ALWAYS = { name: 'all_day', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 48 }], counts: 0.5 };

describe('what changes the books of a ledger', () => {
  let bench: Bench;
  let ledger: Ledger;
  /** What happens before each transaction, and after each reading. */
  let disk: { writing: () => void | Promise<void>; wasRead: () => void | Promise<void> };
  beforeEach(async () => {
    bench = await openBench();
    disk = { writing: () => undefined, wasRead: () => undefined };
    const store: Store = {
      ...bench.store,
      async all(sql, ...values) {
        const rows = await bench.store.all(sql, ...values);
        await disk.wasRead();
        return rows;
      },
      async commit(batches) {
        await disk.writing();
        return bench.store.commit(batches);
      },
    };
    ledger = await openLedger(store, TERMS, START);
  });
  afterEach(() => bench.close());

  const round = (router: string, seconds: number, bytes: number) => {
    const at = START + seconds * 1000;
    const results = [ok(wan({ download: bytes, upload: 0 }), at)];
    return ledger.post({ routers: [{ router, system: null, results }], startedAt: at, finishedAt: at }, () => seconds * 1000);
  };
  const line = (router: string) => ledger.books.accounts.get(accountKey({ kind: 'wan', router, interface: 'wan', key: '' }));
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it('goes one after the other: a router that is renamed while a round is posted keeps every byte, each once', async () => {
    await round('old', 0, 0);
    await round('old', 60, 100);
    disk.writing = () => pause(50);
    const posted = round('old', 120, 300);
    const renamed = ledger.renameRouters(new Map([['old', 'new']]), START + 120_000);
    const next = round('new', 180, 700);
    expect((await posted).status).to.equal('posted');
    await renamed;
    expect((await next).status).to.equal('posted');
    expect(line('old')).to.equal(undefined);
    expect(line('new')).to.deep.include({ total: { download: 700, upload: 0 }, month: { download: 700, upload: 0 } });
    const kept = [...(await loadBooks(bench.store)).accounts.values()].map(({ router, total }) => [router, total.download]);
    expect(kept).to.deep.equal([['new', 700]]);
    expect(await brokenRules(bench.store)).to.deep.equal([]);
  });

  it('goes one after the other: a round that is posted while terms change is in the sums of the month once', async () => {
    await round('gateway', 0, 0);
    disk.wasRead = () => pause(50);
    const changed = ledger.setTerms({ ...TERMS, gapAfter: 1 }, START);
    const posted = round('gateway', 60, 100);
    await Promise.all([changed, posted]);
    expect(line('gateway')?.month).to.deep.equal({ download: 100, upload: 0 });
  });

  it('leaves the terms as they were where new ones cannot be read by', async () => {
    await round('gateway', 0, 0);
    const { months } = ledger;
    disk.wasRead = () => {
      throw new LedgerError('it cannot be read');
    };
    const terms = { ...TERMS, billing: { day: 5 }, tariffs: [ALWAYS] };
    expect(await ledger.setTerms(terms, START).catch(({ message }) => message)).to.equal('it cannot be read');
    disk.wasRead = () => undefined;
    expect(ledger.months).to.equal(months);
    await round('gateway', HOUR, 100);
    await ledger.turnMonths(START + HOUR * 1000);
    expect(ledger.months.home, 'the month').to.deep.equal(months.home);
    expect(await bench.store.all('SELECT * FROM day_tariff'), 'bytes of new tariffs').to.deep.equal([]);
    await ledger.setTerms(terms, START + HOUR * 1000);
    await round('gateway', 2 * HOUR, 300);
    expect(await bench.store.all('SELECT sum(download) AS bytes FROM day_tariff')).to.deep.equal([{ bytes: 200 }]);
  });
});
