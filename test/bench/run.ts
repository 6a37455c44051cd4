import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeMachine, machineText } from './machine.ts';
import { type Figures, measure, type Refusal } from './measure.ts';
import { OptionError, parseOptions } from './options.ts';
import { aims } from './report/aims.ts';
import { report } from './report/report.ts';
import { sizesOf } from './sizes.ts';

/** `npm run bench`: docs/develop/benchmark.md says what is measured and how to read it. */
async function bench(args: string[], stop: AbortSignal): Promise<string> {
  const options = parseOptions(args);
  const machine = await describeMachine();
  if (machine.nodeExporter === null) {
    progress('prometheus-node-exporter is missing, so nothing is compared with it: apt-get install prometheus-node-exporter');
  }
  const folder = await mkdtemp(join(machine.folder, 'wrtmeter-bench-'));
  const figures: Figures[] = [];
  const refusals: Refusal[] = [];
  try {
    for (const size of sizesOf(options)) {
      const own = await mkdtemp(join(folder, 'size-'));
      const found = await measure(size, { folder: own, nodeExporter: machine.nodeExporter !== null, progress, stop });
      if ('refused' in found) refusals.push(found);
      else figures.push(found);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const verdicts = aims(figures);
  if (options.json) return `${JSON.stringify({ machine, figures, refusals, aims: verdicts }, null, 2)}\n`;
  return `${machineText(machine)}\n\n${await report(figures, refusals, verdicts)}`;
}

function progress(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(signal));
try {
  process.stdout.write(await bench(process.argv.slice(2), stop.signal));
} catch (error) {
  if (!stop.signal.aborted && !(error instanceof OptionError)) throw error;
  progress(error instanceof OptionError ? error.message : `ended by ${stop.signal.reason}`);
  process.exitCode = error instanceof OptionError ? 2 : 1;
}
