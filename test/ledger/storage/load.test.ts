import { expect } from 'chai';
import type { Doubts } from '../../../src/domain/counter.ts';
import { loadBooks } from '../../../src/ledger/storage/load.ts';
import { type Bench, openBench, wan } from '../../support/ledger/rounds.ts';

const G = 1e9;

describe('loading the books', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  const open = (): (Doubts | undefined)[] =>
    [...bench.ledger.books.readers.values()].flatMap(({ counters }) => [...counters.values()].flat().map(({ doubts }) => doubts));
  const readAll = async (...values: number[]) => {
    for (const [i, download] of values.entries()) await bench.read(60 * i, wan({ download, upload: 0 }));
  };

  it('keeps what readings left open, of every kind', async () => {
    const cases: [string, number[]][] = [
      ['dipped', [G, 0.99 * G]],
      ['unsure', [G, 0.3 * G]],
      ['owed', [G, 5e7, G]],
      ['fell', [G, 5e7]],
      ['refused', [G, 8e15]],
    ];
    for (const [kind, values] of cases) {
      await readAll(...values);
      const before = open();
      expect(before[0]?.download?.kind).to.equal(kind);
      await bench.restart();
      expect(open()).to.deep.equal(before);
      await bench.close();
      bench = await openBench();
    }
  });

  it('refuses a file whose doubts make no sense, with one line', async () => {
    await readAll(G, 0.99 * G);
    for (const doubts of ['null', '[]', '{', '{"left":{}}', '{"download":{"kind":"lost","since":1}}', '{"download":{"kind":"dipped"}}']) {
      await bench.store.commit([{ sql: 'UPDATE baseline SET doubts = (SELECT value ->> 0 FROM json_each(?))', rows: [[doubts]] }]);
      const error: Error = await loadBooks(bench.store).then(
        () => expect.fail(`${doubts} is read`),
        (failed) => failed,
      );
      expect(error.message).to.match(/^Ledger holds a baseline that cannot be read, .*: restore a backup with "wrtmeter restore FILE"$/);
    }
  });
});
