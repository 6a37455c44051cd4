import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { finish } from '../program/command.ts';

export interface PrometheusOptions {
  /** HOST:PORT of each exporter; its /metrics is scraped. */
  targets: readonly string[];
  /** As in prometheus.yml. Default 1s. */
  interval?: string;
  /** Default: the interval. */
  timeout?: string;
  /** More to scrape, each as under `scrape_configs`. */
  jobs?: readonly Record<string, unknown>[];
  /** Absolute paths of rule files. */
  rules?: readonly string[];
  /** HOST:PORT of an Alertmanager. */
  alertmanager?: string;
  /** What it has from before, as OpenMetrics text. */
  history?: string;
  /** A data directory that is there. Default: a new one. */
  data?: string;
  /** As its option. */
  retention?: string;
}

/** One series of an answer: its labels and its values over time, `[Unix seconds, value]`; an instant query has one. */
export interface Series {
  labels: Record<string, string>;
  values: [time: number, value: number][];
}

export interface RunningPrometheus {
  /** Such as http://127.0.0.1:41234 */
  url: string;
  /** GET /api/v1/PATH; throws what Prometheus says is wrong. */
  api<T>(path: string, parameters?: Record<string, string>): Promise<T>;
  /** An instant query; `time` in Unix seconds, now if left out. */
  query(expr: string, time?: number): Promise<Series[]>;
  /** A range query; Unix seconds, `step` in seconds. */
  queryRange(expr: string, range: { start: number; end: number; step: number }): Promise<Series[]>;
  /** Waits until a query has an answer and gives it back; throws after `patience` milliseconds (default 30,000). */
  until(expr: string, patience?: number): Promise<Series[]>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** The job that scrapes the history of exporters, for `jobs`. */
export const historyJob = (...targets: string[]) => ({
  job_name: 'wrtmeter-history',
  metrics_path: '/metrics/history',
  static_configs: [{ targets }],
});

/** Starts Debian's Prometheus on a free port of the loopback, with nothing but these targets to scrape and its own data directory. */
export async function startPrometheus({
  targets,
  interval = '1s',
  timeout = interval,
  jobs = [],
  rules = [],
  alertmanager,
  history,
  data: given,
  retention = '60d',
}: PrometheusOptions): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'wrtmeter-prometheus-'));
  const config = {
    global: { scrape_interval: interval, scrape_timeout: timeout, evaluation_interval: interval },
    rule_files: rules,
    ...(alertmanager !== undefined && { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
    scrape_configs: [{ job_name: 'wrtmeter', static_configs: [{ targets }] }, ...jobs],
  };
  // JSON is YAML.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const data = given ?? join(folder, 'data');
  if (history !== undefined) await backfill(history, folder, data);
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      ...[`--storage.tsdb.path=${data}`, `--storage.tsdb.retention.time=${retention}`, '--web.listen-address=127.0.0.1:0'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async () => {
    if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://${await listening(server)}`;
    const running = client(url, stop);
    await ready(url);
    return running;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function backfill(history: string, folder: string, data: string): Promise<void> {
  const file = join(folder, 'history.txt');
  await writeFile(file, history);
  const block = ['tsdb', 'create-blocks-from', '--max-block-duration=1200h', 'openmetrics'];
  const { code, stderr } = await finish(['promtool', ...block, file, data]);
  if (code !== 0) throw new Error(`promtool refuses the history: ${stderr}`);
}

/** The address from the log line in which the server says where it listens: with port 0 no other program can take it before. */
function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error('This test needs "prometheus": install the Debian package prometheus') : error),
    );
    server.once('exit', () => reject(new Error(`Prometheus ended:\n${lines.slice(-5).join('\n')}`)));
    if (server.stderr === null) return;
    createInterface(server.stderr).on('line', (line) => {
      lines.push(line);
      const address = /msg="Listening on" address=(\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if ((await fetch(`${url}/-/ready`)).ok) return;
    await sleep(100);
  }
  throw new Error('Prometheus is not ready after 10 s');
}

function client(url: string, stop: () => Promise<void>): RunningPrometheus {
  const api = async <T>(path: string, parameters: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`Prometheus refuses ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  };
  const query = async (expr: string, time?: number) =>
    series(await api<Answer>('query', { query: expr, ...(time !== undefined && { time: String(time) }) }));
  return {
    url,
    api,
    query,
    queryRange: async (expr, { start, end, step }) =>
      series(await api<Answer>('query_range', { query: expr, start: String(start), end: String(end), step: String(step) })),
    until: async (expr, patience = 30_000) => {
      const end = performance.now() + patience;
      for (;;) {
        const found = await query(expr);
        if (found.length > 0) return found;
        if (performance.now() > end) throw new Error(`No answer to ${expr} within ${patience / 1000} s`);
        await sleep(200);
      }
    },
    stop,
  };
}

type Pair = [time: number, value: string];
type Answer =
  | { resultType: 'scalar'; result: Pair }
  | { resultType: 'vector'; result: { metric: Record<string, string>; value: Pair }[] }
  | { resultType: 'matrix'; result: { metric: Record<string, string>; values: Pair[] }[] };

function series(answer: Answer): Series[] {
  const number = ([time, value]: Pair): [number, number] => [time, Number(value.replace('Inf', 'Infinity'))];
  switch (answer.resultType) {
    case 'scalar':
      return [{ labels: {}, values: [number(answer.result)] }];
    case 'vector':
      return answer.result.map(({ metric, value }) => ({ labels: metric, values: [number(value)] }));
    case 'matrix':
      return answer.result.map(({ metric, values }) => ({ labels: metric, values: values.map(number) }));
    default:
      return answer satisfies never;
  }
}
