import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readFile as readConfig } from '../../src/app/read-file.ts';
import { createGate } from '../../src/auth/gate.ts';
import { watchTokens } from '../../src/auth/watch.ts';
import { createToken, revokeToken } from '../../src/commands/token.ts';
import type { Listening } from '../../src/http/server.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus/prometheus.ts';
import { depsOf, serveApp } from '../support/web/web.ts';

/** The ways to send a token from the example, where they are commented out. */
async function waysOfExample(): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(import.meta.dirname, '../../prometheus/prometheus.yml'), 'utf8');
  return [...text.matchAll(/^ *# ((?:authorization|basic_auth): .*)$/gm)].map(([, line = '']) => parse(line));
}

describe('a real Prometheus, if reading requires a token', () => {
  let home: SmallHome;
  let directory: string;
  let server: Listening;
  let prometheus: RunningPrometheus;

  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-scrape-'));
    const gate = createGate({ tokens: watchTokens(directory), tick: () => performance.now(), log: () => undefined });
    const auth = { check: gate.check, settings: () => ({ read: 'token', control: false }) as const };
    server = await serveApp(
      depsOf(home, () => home.view(Date.UTC(2026, 10, 20)), { auth, scrape: async () => [Buffer.from('wrtmeter_test 1\n')] }),
    );
    const { host: target } = new URL(server.url);
    let token = '';
    await run(
      (io) => createToken('prometheus', { data: directory }, io),
      (text) => {
        token += text;
      },
    );
    await writeFile(join(directory, 'token'), token);
    await writeFile(join(directory, 'wrong'), `wrtm_${'A'.repeat(43)}\n`);

    const ways = await waysOfExample();
    const jobs = ways.flatMap((way) =>
      ['token', 'wrong'].map((file) => ({
        job_name: `${Object.keys(way)[0]} ${file}`,
        static_configs: [{ targets: [target] }],
        ...JSON.parse(JSON.stringify(way).replaceAll(/"\/etc\/prometheus\/[^"]*"/g, JSON.stringify(join(directory, file)))),
        // Wrong tokens come from the same address as right ones, but too rarely to lock it out.
        scrape_interval: file === 'wrong' ? '4s' : '1s',
        scrape_timeout: '1s',
      })),
    );
    expect(jobs.map(({ job_name: name }) => name)).to.deep.equal([
      'authorization token',
      'authorization wrong',
      'basic_auth token',
      'basic_auth wrong',
    ]);
    prometheus = await startPrometheus({ targets: [], jobs });
  });
  after(async () => {
    await prometheus?.stop();
    await server?.close();
    await home?.close();
    if (directory) await rm(directory, { recursive: true });
  });

  async function run(command: (io: Parameters<typeof createToken>[2]) => Promise<number>, write: (text: string) => void = () => undefined) {
    const io = { env: {}, cwd: directory, readFile: readConfig, systemTimezone: 'UTC', clock: { now: () => Date.now() } };
    expect(await command({ ...io, stdout: { write }, stderr: { write: () => undefined } })).to.equal(0);
  }

  it('scrapes with each way of the example', async () => {
    for (const way of ['authorization', 'basic_auth']) await prometheus.until(`up{job="${way} token"} == 1`);
    expect(await prometheus.until('wrtmeter_test{job="basic_auth token"}')).to.have.length(1);
  });

  it('does not scrape with a wrong token, and shows why', async () => {
    for (const way of ['authorization', 'basic_auth']) await prometheus.until(`up{job="${way} wrong"} == 0`);
    const { activeTargets } = await prometheus.api<{ activeTargets: { labels: { job: string }; lastError: string }[] }>('targets');
    const wrong = activeTargets.filter(({ labels }) => labels.job.endsWith('wrong'));
    for (const { lastError } of wrong) expect(lastError).to.include('401 Unauthorized');
    expect(await prometheus.query('wrtmeter_test{job=~".* wrong"}')).to.deep.equal([]);
  });

  it('does not scrape after its token is revoked', async () => {
    await run((io) => revokeToken('prometheus', { data: directory }, io));
    for (const way of ['authorization', 'basic_auth']) await prometheus.until(`up{job="${way} token"} == 0`);
  });
});
