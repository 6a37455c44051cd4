import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import type { Figures } from '../bench/measure.ts';
import { aims } from '../bench/report/aims.ts';

describe('the benchmark', () => {
  it('runs, and its figures are whole', function () {
    this.timeout(120_000);
    const args = ['--import', 'tsx', 'test/bench/run.ts', '--quick', '--json', '--devices', '50'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status, stderr).to.equal(0);
    const [figures] = (JSON.parse(stdout) as { figures: Figures[] }).figures;
    if (figures === undefined) expect.fail(`There are no figures: ${stdout}`);
    const { contest, landing, stages, series } = figures;
    const { wrtmeter, nodeExporter } = contest;
    expect(wrtmeter.time.count).to.equal(figures.rounds);
    for (const of of [wrtmeter, ...(nodeExporter === null ? [] : [nodeExporter])]) {
      expect(of.time.median).to.be.greaterThan(0);
      expect(of.memory.most).to.be.least(of.memory.now).and.greaterThan(1e6);
      expect(of.bytes, 'with gzip').to.be.lessThan(of.textBytes / 4);
    }
    expect(wrtmeter.written, 'every round is written').to.be.greaterThan(4096);
    expect(landing.bytes).to.be.greaterThan(1000);
    // The text that both served: ours, and next to it what node_exporter says of itself.
    expect(series).to.be.greaterThan(50 * 12);
    if (nodeExporter !== null) expect(nodeExporter.textBytes / wrtmeter.textBytes).to.be.within(0.8, 1.2);
    for (const time of Object.values(stages)) expect(time).to.be.greaterThan(0);
    expect(aims([figures]).map(({ met }) => met)).to.have.length(3);
  });
});
