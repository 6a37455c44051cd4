import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { builtIn, choices, drawing, fill, readDashboards, type TargetFile, type VariableFile } from '../../support/prometheus/grafana.ts';
import { historyJob, type RunningPrometheus, startPrometheus } from '../../support/prometheus/prometheus.ts';

const scrape = 1;
const range = 60;
const step = 2;

describe('the dashboards, on a Prometheus that scraped the demo', () => {
  let exporter: ChildProcess;
  let prometheus: RunningPrometheus;

  before(async () => {
    exporter = spawn(process.execPath, [join(import.meta.dirname, '../../../dist/main.js'), 'demo', '--listen', '127.0.0.1:0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const target = await address(exporter);
    prometheus = await startPrometheus({ targets: [target], jobs: [historyJob(target)], interval: `${scrape}s` });
    await prometheus.until('count_over_time(wrtmeter_router_up[1m]) >= 40', 120_000);
  });

  after(async () => {
    await prometheus?.stop();
    if (exporter?.exitCode !== null) return;
    const ended = once(exporter, 'exit');
    exporter.kill('SIGTERM');
    await ended;
  });

  for (const [file, dashboard] of readDashboards()) {
    describe(file, () => {
      let all: Record<string, string>;

      before(async () => {
        all = await firstLoad(dashboard.templating.list, prometheus);
      });

      for (const panel of drawing(dashboard))
        for (const target of panel.targets ?? [])
          it(`${panel.title} ${target.refId} has an answer`, async () => {
            const expr = fill(target.expr, all);
            const answer = await ask(target, expr, prometheus);
            // It needs half an hour; test/prometheus has it. The home's bytes all have a direction.
            if (/\[28d:|history_\w+_undirected|^sum\([^+]*_undirected_/.test(expr)) return;
            const numbers = answer.flatMap((series) => series.values.map(([, value]) => value));
            expect(numbers.filter(Number.isFinite), expr).not.to.have.lengthOf(0);
            expect(
              numbers.filter((value) => value < 0 && !/signal_dbm/.test(expr)),
              expr,
            ).to.deep.equal([]);
          });

      it('asks for its marks, and finds when routers booted', async () => {
        for (const { name, target, useValueForTime } of dashboard.annotations.list) {
          const answer = await ask(target, fill(target.expr, all), prometheus);
          if (name !== 'Reboots') continue;
          const times = answer.flatMap((series) => series.values.map(([, value]) => value));
          expect([useValueForTime, times.length > 0]).to.deep.equal([true, true]);
          for (const time of times) expect(time, 'ms').to.be.within(Date.now() - 365 * 86_400_000, Date.now());
        }
      });

      it('answers for single choices of its variables too', async () => {
        const single: Record<string, string> = { ...all };
        for (const variable of dashboard.templating.list.slice(1)) {
          const options = await choices(variable, single, prometheus);
          single[variable.name] = variable.multi ? `(${options.map(({ value }) => value).join('|')})` : (options.at(-1)?.value ?? '');
        }
        for (const target of drawing(dashboard).flatMap((panel) => panel.targets ?? []))
          await ask(target, fill(target.expr, single), prometheus);
      });
    });
  }
});

/** The variables' values when a dashboard is opened: All if that can be chosen, otherwise a device that is on the air. */
async function firstLoad(variables: VariableFile[], prometheus: RunningPrometheus): Promise<Record<string, string>> {
  const values = builtIn({ range, step, scrape });
  const present = new Set((await prometheus.query('wrtmeter_station_connected_seconds')).map((series) => series.labels.mac));
  for (const variable of variables) {
    if (variable.type === 'datasource') continue;
    const options = await choices(variable, values, prometheus);
    expect(options, `choices of ${variable.name}`).not.to.have.lengthOf(0);
    for (const { text, value } of options) expect(`${text} ${value}`, variable.name).not.to.match(/undefined/);
    values[variable.name] = variable.includeAll
      ? (variable.allValue ?? '')
      : ((options.find(({ value }) => present.has(value)) ?? options[0])?.value ?? '');
  }
  return values;
}

function ask(target: TargetFile, expr: string, prometheus: RunningPrometheus) {
  if (target.instant) return prometheus.query(expr);
  const end = Math.floor(Date.now() / 1000);
  return prometheus.queryRange(expr, { start: end - range, end, step });
}

/** HOST:PORT from the line in which the exporter says that it is ready. */
function address(process: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    process.once('error', reject);
    process.once('exit', (code) => reject(new Error(`"node dist/main.js demo" ended with ${code}`)));
    if (process.stdout === null) return;
    createInterface(process.stdout).on('line', (line) => {
      const found = /listening on http:\/\/(\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
}
