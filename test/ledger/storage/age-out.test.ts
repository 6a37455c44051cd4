import { expect } from 'chai';
import type { Observation } from '../../../src/domain/observation.ts';
import { NEVER_USED } from '../../../src/ledger/storage/age-out.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { type Bench, classic, complete, LAPTOP, lease, leases, openBench, PHONE, station, TERMS } from '../../support/ledger/rounds.ts';

const DAY = 86_400;
const invented = (i: number) => `06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
const many = (count: number, bytes: number, from = 0) => Array.from({ length: count }, (_, i) => station(invented(from + i), bytes, 0));

describe('Rule: invented device', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const kept = async (table: string) => Number((await bench.store.all(`SELECT count(*) AS n FROM ${table}`))[0]?.n);
  /** Posts one round on each day up to the end of one: an answer that is the same every day. */
  const daily = async (from: number, to: number, ...answer: Observation[]) => {
    for (let day = from; day <= to; day++) await bench.read(day * DAY, ...answer);
  };
  const accountsOf = (mac: string) => [...bench.ledger.books.accounts.values()].filter(({ key }) => key === mac).map(({ kind }) => kind);

  it('what never moved a page’s worth of bytes and was not seen on 30 days leaves the ledger, with hours, days, names and baselines', async () => {
    await bench.read(0, classic(station(PHONE, 0, 0)));
    await bench.read(60, classic(station(PHONE, 1000, 0), ...many(500, 300)));
    expect(bench.ledger.books.accounts.size).to.equal(1002);
    await daily(1, 30, classic(station(PHONE, 2000, 0)));
    expect(bench.ledger.books.accounts.size, 'on the 30th day').to.equal(1002);
    await bench.read(31 * DAY, classic(station(PHONE, 3000, 0)));
    expect(bench.ledger.books.accounts.size).to.equal(2);
    expect([await kept('account'), await kept('total'), await kept('device')]).to.deep.equal([2, 2, 1]);
    expect([await kept('baseline'), await kept('baseline_bytes')]).to.deep.equal([1, 1]);
    expect(await kept('day WHERE account NOT IN (SELECT id FROM account)')).to.equal(0);
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 3000, upload: 0 });
    const rows = await bench.store.all("SELECT why, download FROM audit WHERE kind = 'forget'");
    expect(rows).to.deep.equal([{ why: '500 devices left, not seen for long and never with more than 65536 bytes', download: 150_000 }]);
    expect(await brokenRules(bench.store)).to.deep.equal([]);
    await bench.restart();
    expect(bench.ledger.books.accounts.size, 'as in the file').to.equal(2);
  });

  it('one byte more than that stays forever, and so does what anyone has named or imported', async () => {
    const [big, named, own, imported] = [invented(1), invented(2), invented(3), invented(4)];
    await bench.restart({ ...TERMS, ownMacs: new Set([own]) });
    const all = (bytes: number) => [big, named, own, imported].map((mac) => station(mac, mac === big ? NEVER_USED + 1 : bytes, 0));
    await bench.read(0, classic());
    await bench.read(60, classic(...all(5)), leases([], [{ mac: named, ip: null, name: 'Sensor in the attic' }]));
    const id = [...bench.ledger.books.accounts.values()].find(({ key, kind }) => key === imported && kind === 'device')?.id ?? 0;
    await bench.store.commit([
      {
        sql: `INSERT INTO imported SELECT value ->> 0, value ->> 1, 'vnstat', 'day', 1, 1 FROM json_each(?)`,
        rows: [[id, 20_000]],
      },
    ]);
    await daily(1, 40, classic(station(PHONE, 0, 0)));
    for (const mac of [big, named, own, imported]) expect(accountsOf(mac), mac).to.deep.equal(['station', 'device']);
  });

  it('a device whose bytes are on another access point stays there and here', async () => {
    await bench.readFrom('attic', 0, [classic(station(PHONE, 0, 0))]);
    await bench.readFrom('attic', 60, [classic(station(PHONE, 10_000_000, 0))]);
    await bench.readFrom('gateway', 75, [classic()]);
    await bench.readFrom('gateway', 90, [classic(station(PHONE, 10, 0))]);
    await daily(1, 40, classic(station(LAPTOP, 0, 0)));
    expect(accountsOf(PHONE)).to.have.length(3);
    await bench.readFrom('gateway', 40 * DAY + 15, [classic(station(PHONE, 15, 0))]);
    expect(bench.total({ kind: 'station', router: 'gateway', key: PHONE }), 'its baseline waited').to.deep.equal({
      download: 15,
      upload: 0,
    });
  });

  it('one that returns begins again, and no byte is posted twice', async () => {
    await bench.read(0, complete());
    await bench.read(60, complete(station(PHONE, 300, 0)));
    await daily(1, 40, complete());
    expect(accountsOf(PHONE)).to.deep.equal([]);
    await bench.read(41 * DAY, complete(station(PHONE, 700, 0)));
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 700, upload: 0 });
  });

  it('the baseline of a counter that is still shown stays, however long its device is silent', async () => {
    await bench.read(0, classic());
    await bench.read(60, classic(...many(3, 300)));
    await daily(1, 40, classic(...many(3, 300)));
    expect(await kept('baseline')).to.equal(3);
    await bench.read(41 * DAY, classic(...many(3, 310)));
    expect(bench.total({ kind: 'device', key: invented(1) })).to.deep.equal({ download: 310, upload: 0 });
  });

  it('a clock that leaps a month ahead lets nothing leave, nor does one that is back, nor a long pause', async () => {
    await bench.read(0, classic());
    await bench.read(60, classic(...many(3, 300)));
    await bench.readFrom('gateway', 4000, [classic()], { wall: 31 * DAY });
    await bench.readFrom('gateway', 8000, [classic()], { wall: 31 * DAY + 4000 });
    expect(await kept('account'), 'ahead').to.equal(6);
    // A clock that is behind the last posting is believed after a day.
    await bench.readFrom('gateway', 9000, [classic()], { wall: 9000 });
    await bench.readFrom('gateway', 9000 + 1.1 * DAY, [classic()], { wall: 9000 + 1.1 * DAY });
    await bench.restart();
    expect(bench.ledger.books.postedDays, 'two days').to.have.length(2);
    await bench.read(400 * DAY, classic());
    expect(await kept('account'), 'after a pause').to.equal(6);
    await daily(401, 430, classic());
    expect(await kept('account'), 'after 30 days with postings').to.equal(0);
  });

  it('while three quarters of the room are taken, one whole day is enough: a new device finds room again', async () => {
    await bench.restart({ ...TERMS, mostAccounts: 100 });
    await bench.read(0, classic(station(PHONE, 0, 0)));
    await bench.read(60, classic(station(PHONE, 5, 0), ...many(500, 300)));
    await bench.read(120, classic(station(PHONE, 5, 0), station(LAPTOP, 10, 0)));
    expect(accountsOf(LAPTOP), 'no room').to.deep.equal([]);
    await daily(1, 2, classic(station(PHONE, 5, 0), station(LAPTOP, 20, 0)));
    await bench.read(2 * DAY + 15, classic(station(PHONE, 5, 0), station(LAPTOP, 30, 0)));
    expect(bench.total({ kind: 'device', key: LAPTOP })).to.deep.equal({ download: 10, upload: 0 });
    expect([await kept('baseline'), bench.ledger.books.accounts.size]).to.deep.equal([2, 4]);
  });

  it('a small file is one again after a flood: its accounts, baselines and leases are gone', async () => {
    await bench.read(0, classic(), leases([]));
    for (let i = 1; i <= 5; i++) {
      const list = Array.from({ length: 1000 }, (_, n) => lease(invented(i * 1000 + n), `n${n}`));
      await bench.read(i * 15, classic(...many(1000, 300, i * 1000)), leases(list));
    }
    expect(await kept('account')).to.equal(10_000);
    await daily(1, 80, classic(), leases([]));
    expect([await kept('account'), await kept('baseline'), await kept('lease'), await kept('device')]).to.deep.equal([0, 0, 0, 0]);
  });
});

describe('Rule: small, of leases', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const flood = (from: number) => Array.from({ length: 6000 }, (_, i) => lease(invented(from + i), `invented-${from + i}`));
  const kept = async (router: string) => (await bench.store.all('SELECT mac FROM lease WHERE router = ?', router)).map(({ mac }) => mac);

  it('a router that invents leases takes 10,000 places at most; those that are there stay, and the oldest that have gone make room', async () => {
    await bench.read(0, leases([lease(PHONE, 'annas-phone')]));
    for (let i = 0; i < 6; i++) await bench.read(15 + i * 15, leases([lease(PHONE, 'annas-phone'), ...flood(i * 6000)]));
    expect(await kept('gateway'))
      .to.have.length(10_000)
      .and.include(PHONE)
      .and.include(invented(5 * 6000));
    expect(bench.ledger.books.leases.size).to.equal(10_000);
    await bench.restart();
    expect(bench.ledger.books.leases.size, 'as in the file').to.equal(10_000);
  });

  it('those beyond are left out and counted, and no other router loses a lease', async () => {
    await bench.readFrom('attic', 0, [leases([lease(LAPTOP, 'laptop')])]);
    await bench.read(0, leases([lease(PHONE, 'annas-phone')]));
    await bench.read(15, leases([lease(PHONE, 'annas-phone'), ...flood(0), ...flood(6000)]));
    expect(bench.ledger.state.counts.get('gateway\nleases')?.leftOut).to.equal(2001);
    expect(await kept('gateway'))
      .to.have.length(10_000)
      .and.include(PHONE);
    expect(await kept('attic')).to.deep.equal([LAPTOP]);
  });

  it('one that returns after a month is kept again', async () => {
    await bench.read(0, leases([lease(PHONE, 'annas-phone')]));
    await bench.read(60, leases([]));
    await bench.read(40 * DAY, leases([lease(PHONE, 'annas-phone')]));
    expect(await kept('gateway')).to.deep.equal([PHONE]);
    expect(bench.ledger.books.leases.size).to.equal(1);
  });
});
