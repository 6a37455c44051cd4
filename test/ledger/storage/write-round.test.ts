import { expect } from 'chai';
import fc from 'fast-check';
import type { CounterRules } from '../../../src/domain/counter.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Books, KeptBaseline } from '../../../src/ledger/books.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { loadBooks } from '../../../src/ledger/storage/load.ts';
import { type Bench, classic, complete, failed, LAPTOP, openBench, PHONE, START, station, TERMS } from '../../support/ledger/rounds.ts';

const NFTABLES: CounterRules = { directions: 'apart', absent: 'missed', unknown: 'later', fall: 'reset', refresh: 10 };

/** What the books and the file must have in common: the row and the figures of every baseline, and every total. */
const kept = ({ readers, accounts }: Books) => ({
  baselines: Object.fromEntries(
    [...readers].map(([key, { counters }]) => [
      key,
      Object.fromEntries([...counters].map(([counter, lines]) => [counter, lines.map(inFile)])),
    ]),
  ),
  totals: Object.fromEntries([...accounts].map(([key, { id, total }]) => [key, { id, total }])),
});

/** Which answer showed it is known to memory alone. */
const inFile = ({ answer: _, ...baseline }: KeptBaseline) => baseline;

const ids = ({ readers }: Books) => [...readers.values()].flatMap(({ counters }) => [...counters.values()].flat().map(({ id }) => id));

describe('writing a round', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('a baseline stays in its row, also while its counter is absent; one more line of a MAC gets its own', async () => {
    await bench.read(0, complete(station(PHONE, 10, 0), station(LAPTOP, 10, 0)));
    expect(ids(bench.ledger.books)).to.deep.equal([1, 2]);
    await bench.read(15, complete(station(PHONE, 20, 0)));
    await bench.restart();
    await bench.read(30, complete(station(PHONE, 30, 0), station(PHONE, 5, 0), station(LAPTOP, 20, 0)));
    expect(ids(bench.ledger.books)).to.deep.equal([1, 3, 2]);
    expect(kept(await loadBooks(bench.store))).to.deep.equal(kept(bench.ledger.books));
  });

  it('the hours of a long gap add up, however many rows they are', async () => {
    const stations = (bytes: number) => Array.from({ length: 600 }, (_, i) => station(`02:00:00:01:0${i % 10}:${i}`, bytes, 1));
    await bench.read(0, classic(...stations(7)));
    await bench.read(48 * 3600, classic(...stations(1007)));
    expect(await bench.store.all('SELECT count(*) AS n, sum(download) AS bytes FROM hour')).to.deep.equal([
      { n: 57_600, bytes: 1_200_000 },
    ]);
    expect(kept(await loadBooks(bench.store))).to.deep.equal(kept(bench.ledger.books));
    expect(await brokenRules(bench.store)).to.deep.equal([]);
  });

  it('a reader that devices are fed without is marked once, until it is read again', async () => {
    await bench.close();
    bench = await openBench({ ...TERMS, accounting: 'hosts' });
    const hosts: Observation = {
      ...{ source: 'hosts', rules: NFTABLES, method: 'nftables' },
      ...{ hosts: [], devices: [], uncounted: null },
    };
    const marks: number[] = [];
    const commit = bench.store.commit;
    bench.store.commit = (batches) => {
      marks.push(batches.find(({ sql }) => sql.startsWith('UPDATE reader SET fed_elsewhere'))?.rows?.length ?? 0);
      return commit(batches);
    };
    for (const [i, stations] of [classic(), null, null, classic(), null].entries())
      await bench.read(15 * i, hosts, stations ?? failed('stations', START + 15_000 * i));
    expect(marks).to.deep.equal([0, 1, 0, 0, 1]);
    expect((await loadBooks(bench.store)).readers.get('gateway\nstations')?.isBehind).to.equal(true);
    expect(bench.ledger.books.readers.get('gateway\nstations')?.isBehind).to.equal(true);
  });

  it('the file has what the books have, whatever lines come and go, also after a commit that failed', async () => {
    const lines = fc.array(
      fc.record({ mac: fc.constantFrom(PHONE, LAPTOP), gain: fc.nat(1000), began: fc.constantFrom(null, 100, 5000) }),
      { maxLength: 5 },
    );
    const answer = fc.record({ lines, isWhole: fc.boolean(), origin: fc.constantFrom('one', 'one', 'one', 'other'), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { maxLength: 8 }), async (answers) => {
        await bench.close();
        bench = await openBench();
        for (const [i, { lines, isWhole, origin, fails }] of answers.entries()) {
          const stations = lines.map(({ mac, gain, began }) =>
            station(mac, 1000 * i + gain, gain, { epoch: began === null ? null : { boot: 'a', instance: null, began, margin: 1 } }),
          );
          const observation = isWhole ? complete(...stations) : classic(...stations);
          const commit = bench.store.commit;
          if (fails)
            bench.store.commit = (batches) =>
              commit([...batches, { sql: 'INSERT INTO account(id) SELECT value ->> 0 FROM json_each(?)', rows: [[1]] }]);
          const posted = await bench.readFrom('gateway', 15 * i, [observation], { origin }).then(
            () => true,
            () => false,
          );
          bench.store.commit = commit;
          expect(posted).to.equal(!fails);
          if (!fails) expect(kept(await loadBooks(bench.store))).to.deep.equal(kept(bench.ledger.books));
        }
        expect(await brokenRules(bench.store)).to.deep.equal([]);
      }),
      { numRuns: 40 },
    );
  });
});
