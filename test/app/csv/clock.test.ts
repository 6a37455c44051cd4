import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readOldFormat } from '../../support/ledger/old-reader.ts';
import { answerOf, startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';
import { type Driven, drive } from '../../support/routers/tplink/driven.ts';

const FILE = '02-00-00-00-00-01_192.168.1.10.csv';
const YEAR = 365 * 86_400_000;

describe('the files of csv, while the clock is wrong', () => {
  let directory: string;
  let router: TextRouter;
  let driven: Driven;
  /** The right time, Unix ms. */
  let time: number;
  const setClock = (instant: number) => {
    driven.clock.ms += instant - driven.clock.now();
  };
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-csv-'));
    router = await startTextRouter('');
    driven = await drive(`routers: { gateway: { url: ${router.url} } }\ncsv: { directory: ${directory}, every: 1d, keep: 1d }`);
    time = driven.clock.now();
  });
  afterEach(async () => {
    await driven.close();
    await router.close();
    await rm(directory, { recursive: true });
  });

  /** Reads the router some minutes later; the phone has so many bytes by then. */
  async function scrape(minutes: number, bytes: number, wrongBy = 0) {
    time += minutes * 60_000;
    setClock(time + wrongBy);
    router.answer = answerOf({
      time: Math.floor(time / 1000),
      sections: {
        stations: ['radio phy0-ap0 ap 0 5180 Home', `station phy0-ap0 02:00:00:00:00:01 ${bytes} 0 -50 866.7 1083.3 3600 20 1000.000`],
        leases: ['lease 0 02:00:00:00:00:01 192.168.1.10 phone *'],
      },
    }).replace(/^uptime .*$/m, `uptime ${(864_000 + time / 1000 - 1_773_000_000).toFixed(2)}`);
    await driven.scrape(0);
    await sleep(100);
  }
  const lines = async () => readOldFormat(await readFile(join(directory, FILE), 'latin1'));
  /** The lines, once there are so many. They are written after the round. */
  async function linesFrom(count: number) {
    for (let tries = 0; tries < 100; tries++) {
      const all = await lines().catch(() => []);
      if (all.length >= count) return all;
      await sleep(100);
    }
    throw new Error(`Not ${count} lines within 10 s`);
  }

  it('one that is years ahead at the start leaves neither a line nor removes one', async () => {
    await scrape(0, 1000);
    for (const bytes of [2000, 3000]) {
      await driven.restart();
      await scrape(5, bytes);
    }
    const before = await linesFrom(2);
    setClock(time + 10 * YEAR);
    await driven.restart();
    await sleep(200);
    expect(await lines()).to.deep.equal(before);
    await scrape(5, 4000, 10 * YEAR);
    expect(await lines()).to.deep.equal(before);
    await driven.restart();
    await scrape(5, 5000);
    expect((await linesFrom(before.length + 1)).slice(before.length)).to.deep.equal([
      { time: time / 1000, total: 4000, delta: 2000, onPeak: 4000, offPeak: 0 },
    ]);
  });
});
