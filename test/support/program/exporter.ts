import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fetch from 'node-fetch';
import { parsePrometheusText, type Sample } from '../prometheus/text.ts';

export interface ExporterOptions {
  /** Beside `--data` and `--listen`. */
  args?: readonly string[];
  /** Added to an environment without any setting of wrtmeter. */
  env?: NodeJS.ProcessEnv;
  dataDir: string;
  /** Default: any free port of 127.0.0.1. */
  listen?: string;
  /** Seconds until it must listen. Default: 15. */
  startsWithin?: number;
  /** Default: this checkout's. */
  main?: string;
  /** What starts it instead of this Node and `main`. */
  program?: readonly string[];
  /** Words before the command, of a program that starts it. */
  within?: readonly string[];
}

export interface Exporter {
  url: string;
  /** Everything it has said, on both outputs, by line. */
  logs: string[];
  pid: number;
  /** GET /metrics; `timeout` (seconds) is what Prometheus says in its header. */
  scrape(timeout?: number): Promise<Sample[]>;
  /** GET of a JSON page. */
  api(path: string): Promise<unknown>;
  /** Ends it, unless it has ended already, and says how it ended. */
  kill(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The built program of this checkout. */
export const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const STARTS_WITHIN = 15;

/** Starts the built program as a user does, and waits until it says that it listens. */
export async function startExporter(options: ExporterOptions): Promise<Exporter> {
  const { main = MAIN } = options;
  if (!existsSync(main)) throw new Error('dist/main.js is missing: run "npm run build" first');
  const args = [...(options.args ?? []), '--data', options.dataDir, '--listen', options.listen ?? '127.0.0.1:0'];
  const start = options.program ?? [process.execPath, main];
  const [program = process.execPath, ...words] = [...(options.within ?? []), ...start, ...args];
  const child = spawn(program, words, { env: { ...cleanEnvironment(), ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const logs: string[] = [];
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  ended.catch(() => {});
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  };
  const url = await listening(child, logs, options.startsWithin ?? STARTS_WITHIN).catch(async (error: Error) => {
    await kill('SIGKILL');
    throw new Error(`${error.message}\n${logs.join('\n')}`);
  });
  return {
    url,
    logs,
    pid: child.pid ?? 0,
    kill,
    async scrape(timeout = 10) {
      const response = await fetch(`${url}/metrics`, {
        headers: { 'X-Prometheus-Scrape-Timeout-Seconds': String(timeout), Connection: 'close' },
        signal: AbortSignal.timeout(timeout * 1000 + 5000),
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${text}\n${logs.slice(-5).join('\n')}`);
      return parsePrometheusText(text);
    },
    async api(path) {
      const response = await fetch(`${url}${path}`, { headers: { Connection: 'close' }, signal: AbortSignal.timeout(10_000) });
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
  };
}

/** The driver of the tests is that of the program, too. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = (name: string) => name === 'WRTMETER_LEDGER_DRIVER' || (!name.startsWith('WRTMETER_') && name !== 'NODE_OPTIONS');
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept(name)));
}

/** The address it listens on, from the line that it prints when it is ready. */
function listening(child: ChildProcess, logs: string[], within: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The exporter does not listen after ${within} s`)), within * 1000);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`The exporter ended with ${signal ?? code} before it listened`));
    });
    for (const stream of [child.stdout, child.stderr]) {
      eachLine(stream, (line) => {
        logs.push(line);
        const address = stream === child.stdout ? /listening on (http:\/\/\S+)/.exec(line)?.[1] : undefined;
        if (address === undefined) return;
        clearTimeout(timer);
        resolve(address);
      });
    }
  });
}

function eachLine(stream: NodeJS.ReadableStream | null, tell: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(tell);
  });
  stream?.on('end', () => {
    if (rest !== '') tell(rest);
  });
}
