import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startExporter } from '../support/program/exporter.ts';
import { startChild } from './child.ts';
import { createClient } from './contest/client.ts';
import { type Contest, contest, type Programs } from './contest/contest.ts';
import { startNodeExporter } from './contest/node-exporter.ts';
import { memoryOf } from './contest/proc.ts';
import { type History, measureHistory } from './history.ts';
import { type Summary, summarise } from './report/statistics.ts';
import { type BenchRouters, startBenchRouters } from './routers/routers.ts';
import type { Size } from './sizes.ts';
import { withoutProcess } from './stages/plain-text.ts';
import type { Stages } from './stages/stages.ts';

/** Everything measured at one size. */
export interface Figures extends Size {
  series: number;
  contest: Contest;
  /** Milliseconds for the home page, and its bytes as they were sent. */
  landing: { time: Summary; bytes: number };
  stages: Stages;
  /** Null where nobody waited for it. */
  atRest: AtRest | null;
  /** Bytes of the ledger, its write-ahead log included. */
  database: number;
  /** Null where no history was made. */
  history: History | null;
}

/** A size that the program does not read in full, or not without a warning. */
export interface Refusal extends Size {
  refused: string;
}

/** Bytes of memory some seconds after the last scrape. */
interface AtRest {
  wrtmeter: number;
  nodeExporter: number | null;
}

export interface Surroundings {
  /** A folder on a real disk, made and removed by the caller. */
  folder: string;
  nodeExporter: boolean;
  progress: (line: string) => void;
  /** Ends the benchmark between two rounds. */
  stop: AbortSignal;
}

/** 20,000 devices move more than the default allows. BENCH_TERMS has the same. */
const LINE_RATE = '100Gbit';

/** The home page is asked for so many times. */
const PAGES = 5;

/** Measures one size; all processes that it starts have ended when it returns. */
export async function measure(size: Size, { folder, nodeExporter, progress, stop }: Surroundings): Promise<Figures | Refusal> {
  const { rounds, warmUp } = size;
  const tell = (what: string) => progress(`${size.devices} devices on ${size.routers} routers: ${what}`);
  const routers = await startBenchRouters(size, stop);
  const running: (() => Promise<unknown>)[] = [routers.close];
  try {
    const [dataDir, config] = [await mkdtemp(join(folder, 'data-')), join(folder, 'wrtmeter.yaml')];
    const named = routers.routers.map(({ name, ...router }) => [name, router]);
    await writeFile(config, JSON.stringify({ heartbeat: '1h', line_rate: LINE_RATE, routers: Object.fromEntries(named) }));
    const start = () => startExporter({ args: ['--config', config], dataDir, env: { WRTMETER_LOG_LEVEL: 'warn' }, startsWithin: 300 });
    const wrtmeter = await start();
    running.push(() => wrtmeter.kill());
    const client = createClient(wrtmeter.url);
    running.push(async () => client.close());

    tell(`warming up, ${warmUp} rounds`);
    let text = '';
    for (let i = 0; i < warmUp; i++) {
      await routers.advance();
      text = withoutProcess((await client.get('/metrics')).text());
    }
    const refused = await refusalOf(size, text, wrtmeter);
    if (refused !== null) return { ...size, refused };
    const textfiles = join(folder, 'textfiles');
    await mkdir(textfiles, { recursive: true });
    await writeFile(join(textfiles, 'wrtmeter.prom'), text);
    const other = nodeExporter ? await startNodeExporter(textfiles) : null;
    if (other !== null) running.push(other.stop);

    const programs = { wrtmeter, nodeExporter: other };
    tell(`${rounds} rounds`);
    const warned = wrtmeter.logs.length;
    const found = await contest(programs, routers, rounds);
    if (wrtmeter.logs.length > warned) return { ...size, refused: `the program warned in a round: ${wrtmeter.logs.at(-1)}` };
    if (size.rest > 0) tell(`at rest, ${size.rest} s`);
    const atRest = size.rest === 0 ? null : await weighAtRest(programs, size.rest, stop);
    const pages = [];
    for (let i = 0; i < PAGES; i++) pages.push(await client.get('/'));
    const landing = { time: summarise(pages.map(({ ms }) => ms)), bytes: pages.at(-1)?.bytes ?? 0 };
    const database = await ledgerBytes(dataDir);
    await wrtmeter.kill();

    tell(`the pieces one by one, ${rounds} rounds`);
    const stages = await stagesElsewhere(routers, await mkdtemp(join(folder, 'stages-')), { warmUp, measured: rounds });
    const history = size.historyDays === 0 ? null : await measureHistory({ days: size.historyDays, dataDir, start, tell });
    return { ...size, atRest, series: seriesIn(text), contest: found, landing, stages, database, history };
  } finally {
    for (const end of running.reverse()) await end();
  }
}

/** Why the program does not count all devices of the answers; null where it does. */
async function refusalOf({ devices, hosts }: Size, text: string, { api }: Pick<Programs['wrtmeter'], 'api'>): Promise<string | null> {
  const { routers } = (await api('/api/v1/routers')) as { routers: { name: string; sources: { error: { message: string } | null }[] }[] };
  for (const { name, sources } of routers) {
    const failed = sources.find(({ error }) => error !== null)?.error;
    if (failed) return `${name}: ${failed.message}`;
  }
  for (const kind of hosts ? ['device', 'host'] : ['device']) {
    const counted = text.split(`\nwrtmeter_${kind}_download_bytes_total{`).length - 1;
    if (counted < devices) return `only ${counted} of ${devices} are counted (${kind})`;
  }
  return null;
}

/** The stages, measured in a process whose heap is kept as the program keeps its own. */
async function stagesElsewhere(
  { routers, advance }: BenchRouters,
  dataDir: string,
  { warmUp, measured }: { warmUp: number; measured: number },
): Promise<Stages> {
  const child = startChild(new URL('./stages/stages-child.ts', import.meta.url), [dataDir, warmUp, measured, JSON.stringify(routers)]);
  try {
    for (;;) {
      const told = await child.next();
      if (told !== 'advance') return told as Stages;
      await advance();
      child.tell('advanced');
    }
  } finally {
    await child.close();
  }
}

async function weighAtRest({ wrtmeter, nodeExporter }: Programs, seconds: number, stop: AbortSignal): Promise<AtRest> {
  await sleep(seconds * 1000, undefined, { signal: stop });
  const weigh = async (pid: number) => (await memoryOf(pid)).now;
  return { wrtmeter: await weigh(wrtmeter.pid), nodeExporter: nodeExporter === null ? null : await weigh(nodeExporter.pid) };
}

const seriesIn = (text: string): number => text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;

async function ledgerBytes(dataDir: string): Promise<number> {
  const sizes = await Promise.all(['ledger.db', 'ledger.db-wal'].map((file) => stat(join(dataDir, file))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
