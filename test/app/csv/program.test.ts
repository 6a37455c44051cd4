import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type OldLine, readOldFormat } from '../../support/ledger/old-reader.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { answerOf, startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';

const MAC = '02:00:00:00:00:01';
const FILE = '02-00-00-00-00-01_192.168.1.10.csv';

describe('the files of csv of the program', () => {
  let home: string;
  let csv: string;
  let router: TextRouter;
  let running: Exporter | null = null;
  let bytes = 0;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'wrtmeter-csv-'));
    csv = join(home, 'csv');
    bytes = 1000;
    router = await startTextRouter('');
    grow(0);
    await configure(`csv: { directory: ${csv}, every: 1s }`);
  });
  afterEach(async () => {
    await running?.kill('SIGKILL');
    running = null;
    await router.close();
    await rm(home, { recursive: true });
  });

  const configure = (line: string) =>
    writeFile(join(home, 'wrtmeter.yaml'), `routers: { gateway: { url: ${router.url} } }\nheartbeat: 0\n${line}\n`);

  /** The phone moves some bytes. */
  function grow(by: number) {
    bytes += by;
    const answer = answerOf({
      time: Math.floor(Date.now() / 1000),
      sections: {
        stations: ['radio phy0-ap0 ap 0 5180 Home', `station phy0-ap0 ${MAC} ${bytes} 0 -50 866.7 1083.3 3600 20 1000.000`],
        leases: [`lease 0 ${MAC} 192.168.1.10 phone *`],
      },
    });
    router.answer = answer.replace(/^uptime .*$/m, `uptime ${(864_000 + performance.now() / 1000).toFixed(2)}`);
  }
  async function start(): Promise<Exporter> {
    running = await startExporter({ args: ['--config', join(home, 'wrtmeter.yaml')], dataDir: join(home, 'data') });
    return running;
  }
  async function eventually<T>(what: string, find: () => Promise<T | null | undefined | false>): Promise<T> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const found = await find();
      if (found) return found;
      if (performance.now() > deadline) throw new Error(`Not within 20 s: ${what}\n${running?.logs.join('\n')}`);
      await sleep(50);
    }
  }
  const lines = async (): Promise<OldLine[]> =>
    readOldFormat(await readFile(join(csv, FILE), 'latin1').catch(() => 'Time, Total Bytes, Delta, On-Peak, Off-Peak\n'));
  /** Waits until the file says what the ledger has. */
  async function caughtUp(): Promise<OldLine[]> {
    const total = await counted();
    return eventually(`a line with ${total} bytes`, async () => {
      const found = await lines();
      return found.at(-1)?.total === total && found;
    });
  }
  const scrape = () => {
    grow(0);
    return running?.scrape();
  };
  const figure = async (name: string) => (await scrape())?.find((sample) => sample.name === `wrtmeter_${name}`)?.value;
  const counted = async () => ((await figure('device_download_bytes_total')) ?? 0) + ((await figure('device_upload_bytes_total')) ?? 0);

  it('have no gap, no line cut off and no byte missing over kill -9', async function () {
    this.timeout(120_000);
    for (let round = 1; round <= 3; round += 1) {
      await start();
      await scrape();
      for (let i = 0; i < 3; i += 1) {
        grow(1000 + round);
        await scrape();
        await sleep(137 * round);
      }
      await running?.kill('SIGKILL');
      await lines();
    }
    await start();
    await scrape();
    grow(5);
    const found = await caughtUp();
    expect(found.length).to.be.greaterThan(3);
    expect(found.at(-1)?.total).to.be.greaterThan(8000);
    expect((await stat(csv)).mode & 0o777).to.equal(0o700);
    expect((await stat(join(csv, FILE))).mode & 0o777).to.equal(0o600);
    expect(await figure('csv_errors_total')).to.equal(0);
    expect(await figure('csv_files')).to.equal(2);
    expect(await figure('csv_written_timestamp_seconds')).to.be.closeTo(Date.now() / 1000, 5);
  });

  it('are switched on, moved and off by SIGHUP, and nothing is left running', async () => {
    await configure('');
    await start();
    await scrape();
    expect(await figure('csv_files')).to.equal(undefined);
    const signal = async (line: string) => {
      const reloads = () => running?.logs.filter((text) => text.includes('Configuration reloaded')).length ?? 0;
      const before = reloads();
      await configure(line);
      process.kill(running?.pid ?? 0, 'SIGHUP');
      await eventually('it is reloaded', async () => reloads() > before);
    };
    await signal(`csv: { directory: ${csv}, every: 1s }`);
    await eventually('a line', async () => {
      grow(10);
      await scrape();
      return (await lines()).length > 1;
    });
    await signal('');
    const { length } = await lines();
    await sleep(2500);
    expect(await lines()).to.have.length(length);
    expect(await running?.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
  });

  it('that cannot be written are said once, counted, and harm no round; later ones lack nothing', async () => {
    await writeFile(csv, 'in the way');
    await start();
    await scrape();
    await eventually('errors are counted', async () => ((await figure('csv_errors_total')) ?? 0) > 2);
    grow(1234);
    await scrape();
    const said = () => running?.logs.filter((line) => line.includes('(csv)')) ?? [];
    expect(said()).to.have.length(1);
    expect(said()[0]).to.include(
      `The files in \\"${csv}\\" (csv) cannot be written, tried again every 1s, and then no byte is missing: a file of this name exists`,
    );
    expect(JSON.stringify(await running?.api('/-/healthy'))).to.include('Files of csv cannot be written');
    await rm(csv);
    expect((await caughtUp()).at(-1)?.total).to.be.at.least(1234);
    await eventually('it is said', async () => said().some((line) => line.includes('are written again')));
    expect((await readdir(csv)).sort()).to.deep.equal(['.wrtmeter-csv.json', FILE, 'all.csv']);
  });
});
