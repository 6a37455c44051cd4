import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStoreToRead } from '../../../src/ledger/storage/store.ts';
import { output } from '../../support/program/command.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';
import { until } from '../../support/until.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');

interface Answer {
  quotas: { quota: string; limit_bytes: number; used_bytes: number; left_bytes: number; steps: { share: number; reached: boolean }[] }[];
}

describe('quotas of the running program', () => {
  let directory: string;
  let router: TextRouter;
  const running: Exporter[] = [];
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-quotas-'));
    router = await startTextRouter('wan: 0 0\n');
  });
  after(async () => {
    for (const exporter of running) await exporter.kill();
    await router.close();
    await rm(directory, { recursive: true });
  });

  const config = (text: string) =>
    writeFile(join(directory, 'wrtmeter.yaml'), `routers: { gateway: { urls: { wan: "${router.url}/wan" } } }\n${text}`);
  const start = async () => {
    const exporter = await startExporter({ args: ['--config', join(directory, 'wrtmeter.yaml')], dataDir: join(directory, 'data') });
    running.push(exporter);
    return exporter;
  };

  it('count by tariff, outlive kill -9, change with SIGHUP, and are the same in metrics, API and print', async () => {
    await config(`notify: { phone: { webhook: "${router.url}/notices" } }
tariffs: { whole_day: { hours: 00:00-24:00, counts: 0.5 } }
quotas:
  line: { of: home, limit: 1kB, steps: { 50%: notify, 100%: notify } }
  day: { of: uplink gateway, limit: 1MB, per: day, tariff: whole_day }
`);
    const first = await start();
    await first.scrape();
    router.answer = 'wan: 1001 200\n';
    await first.scrape();
    await first.kill('SIGKILL');
    const second = await start();
    const { quotas } = (await second.api('/api/v1/quotas')) as Answer;
    expect(quotas.map(({ quota, used_bytes, left_bytes }) => [quota, used_bytes, left_bytes])).to.deep.equal([
      ['line', 600, 400],
      ['day', 1201, 998_799],
    ]);
    expect(quotas[0]?.steps.map(({ reached }) => reached)).to.deep.equal([true, false]);
    const used = (await second.scrape()).filter(({ name }) => name === 'wrtmeter_quota_used_bytes');
    expect(used.map(({ labels, value }) => [labels.quota, value])).to.deep.equal([
      ['line', 600],
      ['day', 1201],
    ]);
    const keys = async () => {
      const store = await openStoreToRead(join(directory, 'data'));
      return (await store.all("SELECT key FROM notice WHERE kind = 'quota'").finally(() => store.close())).map(({ key }) => String(key));
    };
    await until('the notice', async () => (await keys()).length > 0);
    expect(await keys()).to.have.length(1);
    expect((await keys())[0]).to.match(/^quota line 50 % \d{4}-\d\d-01$/);
    const printed = JSON.parse(
      await output([MAIN, 'print', 'quotas', '--json', '--config', join(directory, 'wrtmeter.yaml'), '--data', join(directory, 'data')]),
    ) as Answer;
    expect(printed.quotas.map(({ used_bytes }) => used_bytes)).to.deep.equal([600, 1201]);
    const command = (...words: string[]) =>
      output([MAIN, ...words, '--config', join(directory, 'wrtmeter.yaml'), '--data', join(directory, 'data')]);
    const limit = async (exporter: Exporter) => ((await exporter.api('/api/v1/quotas')) as Answer).quotas[0]?.limit_bytes;
    await command('bonus', 'add', 'line', '1kB');
    expect(await limit(second)).to.equal(2000);
    expect(await command('print', 'quotas')).to.include('1.95 KiB (1000 B bought)');
    expect(await (await fetch(second.url)).text()).to.include('1000 B bought');
    const shown = (await second.scrape()).find(({ name, labels }) => name === 'wrtmeter_quota_limit_bytes' && labels.quota === 'line');
    expect(shown?.value).to.equal(2000);
    await command('bonus', 'remove', '1');
    expect(await limit(second)).to.equal(1000);
    expect(await keys()).to.have.length(1);
    await config('quotas: { line: { of: home, limit: 2kB } }\n');
    process.kill(second.pid, 'SIGHUP');
    await until('the new quota', async () => ((await second.api('/api/v1/quotas')) as Answer).quotas.length === 1);
    const [line] = ((await second.api('/api/v1/quotas')) as Answer).quotas;
    // What was counted half stays so.
    expect([line?.limit_bytes, line?.used_bytes]).to.deep.equal([2000, 600]);
  });
});
