import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { processMetrics } from '../../../../src/views/metrics/program/process.ts';

const LEFT_OUT = /^nodejs_(active_\w+_total|eventloop_lag_(min|max|mean|stddev|p\d+)_seconds)$/;

describe('metrics of the process', () => {
  it('are those of prom-client, in its order, without the ones that need a timer or have a wrong name', async () => {
    const all = new Registry();
    collectDefaultMetrics({ register: all });
    const facts = async (registry: Registry) => (await registry.getMetricsAsJSON()).map(({ name, help, type }) => ({ name, help, type }));
    const expected = (await facts(all)).filter(({ name }) => !LEFT_OUT.test(name));
    expect(expected.map(({ name }) => name)).to.include('nodejs_eventloop_lag_seconds');
    expect(await facts(processMetrics())).to.deep.equal(expected);
  });

  it('show the lag of the event loop after the scrape before', async () => {
    const registry = processMetrics();
    const lag = async () => Number((await registry.getSingleMetricAsString('nodejs_eventloop_lag_seconds')).match(/ (\S+)$/)?.[1]);
    expect(await lag()).to.equal(0);
    await setTimeout(10);
    expect(await lag()).to.be.within(1e-9, 1);
  });
});
