import { copyFile, mkdir, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/storage/store.ts';
import { classic, ok, PHONE, START, station, TERMS, wan } from '../support/ledger/rounds.ts';

const ROUNDS = 12;
const GAIN = 1000;

/** Posts round `i`: the phone's counters grow by GAIN a round. */
async function post(ledger: Ledger, i: number): Promise<void> {
  const at = START + i * 15_000;
  const bytes = { download: i * GAIN, upload: i * GAIN };
  const results = [ok(classic(station(PHONE, bytes.download, bytes.upload)), at), ok(wan(bytes), at)];
  const posted = await ledger.post(
    { routers: [{ router: 'gateway', system: null, results }], startedAt: at, finishedAt: at },
    () => i * 15_000,
  );
  expect(posted.status).to.equal('posted');
}

const totalsOf = ({ books }: Ledger) => [...books.accounts.values()].map(({ total }) => total.download);

describe('a power cut (Rule: one transaction)', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-power-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Runs rounds and takes the file and its log as they are after each of them, as a disk would have them. */
  async function pictures(): Promise<string[]> {
    const live = join(directory, 'live');
    const ledger = await openLedger(await openStore(live), TERMS, START);
    const taken: string[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      await post(ledger, i);
      const picture = join(directory, `picture-${i}`);
      await mkdir(picture);
      for (const file of ['ledger.db', 'ledger.db-wal']) await copyFile(join(live, file), join(picture, file));
      taken.push(picture);
    }
    await ledger.close();
    return taken;
  }

  it('after a round was shown loses nothing of it', async () => {
    for (const [i, picture] of (await pictures()).entries()) {
      const ledger = await openLedger(await openStore(picture), TERMS, START);
      expect(totalsOf(ledger), `after round ${i}`).to.deep.equal([i * GAIN, i * GAIN, i * GAIN]);
      await ledger.close();
    }
  });

  it('amid the writing of the log leaves the books of a round before, and the next reading makes up for it exactly', async () => {
    const taken = await pictures();
    const log = (picture: string) => join(picture, 'ledger.db-wal');
    const cut = fc.record({ round: fc.nat(ROUNDS - 1), part: fc.double({ min: 0, max: 1, noNaN: true }) });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(cut, async ({ round, part }) => {
        const broken = join(directory, `broken-${n++}`);
        await mkdir(broken);
        for (const file of ['ledger.db', 'ledger.db-wal']) await copyFile(join(taken[round] ?? '', file), join(broken, file));
        await truncate(log(broken), Math.floor((await stat(log(broken))).size * part));
        const ledger = await openLedger(await openStore(broken), TERMS, START);
        const totals = totalsOf(ledger);
        expect(new Set(totals).size, 'all accounts are of one round').to.be.at.most(1);
        if (totals.length > 0) {
          await post(ledger, ROUNDS);
          expect(totalsOf(ledger)).to.deep.equal([ROUNDS * GAIN, ROUNDS * GAIN, ROUNDS * GAIN]);
        }
        await ledger.close();
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);
});
