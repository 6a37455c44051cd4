import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { PASSWORD, startTestRouter, type TestRouter } from '../../support/routers/tplink/routers.ts';

describe('the service on a TP-Link router', () => {
  let directory: string;
  let test: TestRouter;
  let exporter: Exporter | null;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-tplink-'));
    test = await startTestRouter('stok');
    exporter = null;
  });
  afterEach(async () => {
    await exporter?.kill('SIGKILL');
    await test.running.close();
    await rm(directory, { recursive: true });
  });

  it('logs out within the 5 s that it has to end, in the middle of a reading', async () => {
    const config = join(directory, 'wrtmeter.yaml');
    const router = { tplink: { url: test.running.url, password: PASSWORD } };
    await writeFile(config, JSON.stringify({ heartbeat: 0, routers: { den: router } }));
    exporter = await startExporter({ args: ['--config', config], dataDir: join(directory, 'data') });
    test.table.move('02:00:00:00:00:01', '192.168.0.100', 1000);
    await exporter.scrape();
    let reached: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      reached = resolve;
    });
    test.delay = ({ path }) => {
      if (!path.includes('admin/traffic')) return 0;
      reached();
      return 60_000;
    };
    const scraped = exporter.scrape().catch(() => null);
    await inside;
    expect(test.router.logins.isTaken).to.equal(true);
    const began = performance.now();
    expect(await exporter.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(performance.now() - began).to.be.below(5000);
    expect(test.router.logins.isTaken).to.equal(false);
    expect(test.router.logins.counts).to.deep.include({ logins: 2, logouts: 2, refused: 0 });
    await scraped;
  });
});
