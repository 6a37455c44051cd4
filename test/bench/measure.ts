import { mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startExporter } from '../support/program/exporter.ts';
import { startChild } from './child.ts';
import { type Contest, contest, type Programs, STEP } from './contest/contest.ts';
import { startNodeExporter } from './contest/node-exporter.ts';
import { memoryOf } from './contest/proc.ts';
import { createScraper } from './contest/timed-get.ts';
import { type BenchRouters, startBenchRouters } from './routers/routers.ts';
import { type Size, warmUpOf } from './sizes.ts';
import { withoutProcess } from './stages/plain-text.ts';
import type { Stages } from './stages/stages.ts';

/** Everything measured at one size. */
export interface Figures extends Size {
  series: number;
  /** Without gzip, and as Prometheus asks. */
  plain: Contest;
  gzip: Contest;
  stages: Stages;
  /** Null where nobody waited for it. */
  atRest: AtRest | null;
  /** Bytes of the ledger, its write-ahead log included. */
  database: number;
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

/** Measures one size; all processes that it starts have ended when it returns. */
export async function measure(size: Size, { folder, nodeExporter, progress, stop }: Surroundings): Promise<Figures> {
  const warmUp = warmUpOf(size);
  const tell = (what: string) => progress(`${size.devices} devices on ${size.routers} routers: ${what}`);
  // The routers' clocks come to about now with the last round.
  const routers = await startBenchRouters(size, Date.now() - 3 * (size.rounds + warmUp) * STEP * 1000, stop);
  const running: (() => Promise<unknown>)[] = [routers.close];
  try {
    tell(`the pieces one by one, ${size.rounds} rounds`);
    const stages = await stagesElsewhere(routers, await mkdtemp(join(folder, 'stages-')), { warmUp, measured: size.rounds });

    tell(`warming up, ${warmUp} rounds`);
    const dataDir = await mkdtemp(join(folder, 'data-'));
    const config = join(folder, 'wrtmeter.yaml');
    await writeFile(
      config,
      JSON.stringify({ heartbeat: '1h', routers: Object.fromEntries(routers.routers.map(([n, url]) => [n, { url }])) }),
    );
    const wrtmeter = await startExporter({ args: ['--config', config], dataDir, env: { WRTMETER_LOG_LEVEL: 'warn' } });
    running.push(() => wrtmeter.kill());
    const scraper = createScraper(`${wrtmeter.url}/metrics`, { gzip: false });
    running.push(async () => scraper.close());
    let text = '';
    for (let i = 0; i < warmUp; i++) {
      await routers.advance(STEP);
      text = withoutProcess((await scraper.scrape()).text());
    }
    const textfiles = join(folder, 'textfiles');
    await mkdir(textfiles, { recursive: true });
    await writeFile(join(textfiles, 'wrtmeter.prom'), text);
    const other = nodeExporter ? await startNodeExporter(textfiles) : null;
    if (other !== null) running.push(other.stop);

    const programs = { wrtmeter, nodeExporter: other };
    tell(`${size.rounds} rounds without gzip`);
    const plain = await contest(programs, routers, size.rounds, false);
    tell(`${size.rounds} rounds with gzip`);
    const gzip = await contest(programs, routers, size.rounds, true);
    if (size.rest > 0) tell(`at rest, ${size.rest} s`);
    const atRest = size.rest === 0 ? null : await weighAtRest(programs, size.rest, stop);
    return { ...size, atRest, series: seriesIn(text), plain, gzip, stages, database: await ledgerBytes(dataDir) };
  } finally {
    for (const end of running.reverse()) await end();
  }
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
      await advance(STEP);
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
