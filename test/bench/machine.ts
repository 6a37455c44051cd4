import { statfs } from 'node:fs/promises';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { nodeExporterVersion } from './contest/node-exporter.ts';

/** What the figures were measured on. */
export interface Machine {
  processor: string;
  cores: number;
  memory: number;
  kernel: string;
  node: string;
  /** Null where Debian's package is missing. */
  nodeExporter: string | null;
  /** Processes that wanted to run in the last minute, before the benchmark began: above 0.5 the machine was not quiet. */
  load: number;
  folder: string;
}

const TMPFS = 0x01021994;
/** Debian keeps this one on a disk where /tmp is in memory. */
const ON_DISK = '/var/tmp';

export async function describeMachine(): Promise<Machine> {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memory: totalmem(),
    kernel: release(),
    node: process.version,
    nodeExporter: nodeExporterVersion(),
    load: loadavg()[0] ?? 0,
    folder: (await statfs(tmpdir())).type === TMPFS ? ON_DISK : tmpdir(),
  };
}

export const machineText = ({ processor, cores, kernel, node, nodeExporter, load, folder }: Machine): string =>
  [
    `${cores} × ${processor}, Linux ${kernel}, Node ${node}, node_exporter ${nodeExporter ?? 'missing'}, data in ${folder}, load before ${load.toFixed(2)}`,
    'Medians; in brackets what nine in ten rounds stayed below. A ratio below 1 is in favour of wrtmeter.',
  ].join('\n');
