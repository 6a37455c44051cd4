import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type GrowingHome, growingHome } from '../../support/homes/growing-home.ts';
import { builtIn, choices, drawing, fill, readDashboards, type TargetFile, type VariableFile } from '../../support/prometheus/grafana.ts';
import { historyJob, type RunningPrometheus, type Series, startPrometheus } from '../../support/prometheus/prometheus.ts';

const STEPS = 6;
/** Seconds for every job to scrape, before the counters grow and after. */
const SETTLE = 4;
/** Of rates: all the time in which the counters grow, and a little of the time before. */
const WINDOW = STEPS + SETTLE + 2;
const values = { ...builtIn({ range: 30, step: 1, scrape: 1 }), __rate_interval: `${WINDOW}s` };
/** What differs from scrape to scrape. */
const RESTLESS = /\b(process|nodejs|scrape)_|_duration_seconds|_commit_seconds|_database_bytes/;

describe('the dashboards, on a Prometheus with two meters of equal names, one of them scraped by two jobs', () => {
  const homes: Record<string, GrowingHome> = {};
  /** Each meter by itself, scraped by one job: what the dashboards have to show. */
  const alone: Record<string, RunningPrometheus> = {};
  const pace: Record<string, number> = { home: 1_000_000, cabin: 70_000 };
  let together: RunningPrometheus;
  let stranger: Server;
  let end: number;

  before(async () => {
    stranger = createServer((_, answer) => answer.end('process_resident_memory_bytes 1e15\nnodejs_heap_size_used_bytes 1e15\n'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    for (const [name, bytes] of Object.entries(pace)) homes[name] = await growingHome(name, bytes, Date.now() - bytes);
    const { home, cabin } = targets();
    const job = (name: string, target: string, labels: Record<string, string> = {}) => ({
      job_name: name,
      static_configs: [{ targets: [target], labels }],
    });
    together = await startPrometheus({
      targets: [],
      jobs: [
        { job_name: 'meters', static_configs: [{ targets: [home, cabin] }] },
        job('again', home, { replica: '2' }),
        historyJob(home, cabin),
        job('stranger', `127.0.0.1:${(stranger.address() as AddressInfo).port}`, { instance: home }),
      ],
      rules: [join(import.meta.dirname, '../../../prometheus/rules/wrtmeter.yml')],
    });
    for (const name of Object.keys(homes)) {
      const target = homes[name]?.target ?? '';
      alone[name] = await startPrometheus({ targets: [target], jobs: [historyJob(target)] });
    }
    await together.until('count(wrtmeter_build_info) == 3 and on () count(up == 1) == 6');
    for (const one of Object.values(alone)) await one.until('wrtmeter_build_info');
    await sleep(SETTLE * 1000);
    for (let step = 0; step < STEPS; step += 1) {
      await Promise.all(Object.values(homes).map((home) => home.step()));
      await sleep(1000);
    }
    await sleep((SETTLE - 1) * 1000);
    end = Math.floor(Date.now() / 1000);
  });

  after(async () => {
    for (const server of [together, ...Object.values(alone)]) await server?.stop();
    for (const home of Object.values(homes)) await home.close();
    stranger?.close();
  });

  const targets = () => ({ home: homes.home?.target ?? '', cabin: homes.cabin?.target ?? '' });

  it('both meters can be chosen, and each once', async () => {
    for (const [file, dashboard] of readDashboards()) {
      const variable = dashboard.templating.list.find(({ name }) => name === 'instance') as VariableFile;
      const offered = (await choices(variable, values, together)).map(({ value }) => value);
      expect(offered, file).to.have.members(Object.values(targets()));
    }
  });

  it('one month of one meter is what its own uplinks carried', async () => {
    const month = drawing(readDashboards().get('home.json') as never).find(({ title }) => title === 'Month so far');
    for (const [name, home] of Object.entries(homes)) {
      const expr = fill(month?.targets?.[0]?.expr ?? '', { instance: home.target, router: '.+', uplink: '.+' });
      expect((await together.query(expr, end)).map((series) => series.values[0]?.[1])).to.deep.equal([(pace[name] ?? 0) * STEPS * 12]);
    }
  });

  for (const name of Object.keys(pace))
    for (const [file, dashboard] of readDashboards())
      describe(`${file} of the ${name}`, () => {
        let chosen: Record<string, string>;

        before(async () => {
          chosen = { ...values, instance: homes[name]?.target ?? '' };
          for (const variable of dashboard.templating.list.slice(2)) {
            const offered = await choices(variable, chosen, together);
            expect(offered, variable.name).to.have.deep.members(await choices(variable, chosen, alone[name] as RunningPrometheus));
            expect(new Set(offered.map(({ value }) => value)).size, variable.name).to.equal(offered.length);
            chosen[variable.name] = variable.allValue ?? offered[1]?.value ?? '';
          }
        });

        for (const panel of drawing(dashboard))
          for (const target of panel.targets ?? [])
            it(`${panel.title} ${target.refId} is the truth of this meter`, async () => {
              const expr = fill(target.expr, chosen);
              const truth = await ask(target, expr, alone[name] as RunningPrometheus);
              const shown = await ask(target, expr, together);
              // There are no other devices than the busiest ten, no week of days to make a forecast from, no half hours, and no bytes of the
              // home or of a device of the air without a direction.
              if (!/ unless on \(mac\) topk|wrtmeter_quota_forecast|\[28d:|history_\w+_undirected|^sum\([^+]*_undirected_/.test(expr))
                expect(truth, expr).not.to.deep.equal({});
              expect(Object.keys(shown), expr).to.have.members(Object.keys(truth));
              for (const [labels, value] of Object.entries(truth)) {
                if (RESTLESS.test(expr)) expect(shown[labels], expr).to.be.below(1e12);
                else if (/rate\(/.test(expr)) expect(shown[labels], expr).to.be.closeTo(value, Math.abs(value) * 0.25);
                else expect(shown[labels], expr).to.equal(value);
              }
            });
      });

  // Nested, so that it runs last.
  describe('when both meters stop', () => {
    it('each is reported once, whatever its jobs are called', async () => {
      for (const home of Object.values(homes)) await home.stop();
      const down = 'ALERTS{alertname="WrtmeterDown"}';
      await together.until(`count(${down}) >= 2`);
      const reported = (await together.query(down)).map(({ labels }) => labels.instance);
      expect(reported).to.have.members(Object.values(targets()));
    });
  });

  /** By the labels of a series, its last value. */
  async function ask(target: TargetFile, expr: string, prometheus: RunningPrometheus): Promise<Record<string, number>> {
    const answer = target.instant
      ? await prometheus.query(expr, end)
      : await prometheus.queryRange(expr, { start: end - 30, end, step: 1 });
    return Object.fromEntries(
      answer
        .filter(({ values: list }) => list.at(-1)?.[0] === end)
        .map((series: Series) => [JSON.stringify(Object.entries(series.labels).sort()), series.values.at(-1)?.[1] ?? Number.NaN]),
    );
  }
});
