import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A group of processes with a bound on their memory, as Docker and systemd make them. */
export interface MemoryCgroup {
  /** Words to put before a command, so that it runs in the group. */
  within: readonly string[];
  /** The most bytes that it ever took, page cache included. */
  peak(): number;
  /** Processes that the kernel ended because there was no memory. */
  kills(): number;
  remove(): void;
}

/** Makes one, of cgroup v1 or v2. Needs root. */
export function memoryCgroup(name: string, bytes: number): MemoryCgroup {
  if (process.getuid?.() !== 0) throw new Error('This test bounds the memory of a program: run it as root');
  const one = '/sys/fs/cgroup/memory';
  const isOne = existsSync(join(one, 'memory.limit_in_bytes'));
  const root = isOne ? one : '/sys/fs/cgroup';
  const path = join(root, `${name}-${process.pid}`);
  try {
    if (!isOne && !readFileSync(join(root, 'cgroup.subtree_control'), 'utf8').includes('memory'))
      writeFileSync(join(root, 'cgroup.subtree_control'), '+memory');
    mkdirSync(path);
    writeFileSync(join(path, isOne ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes));
    if (!isOne && existsSync(join(path, 'memory.swap.max'))) writeFileSync(join(path, 'memory.swap.max'), '0');
  } catch (error) {
    throw new Error(`This test needs the memory controller of cgroups below ${root}: ${error instanceof Error ? error.message : error}`);
  }
  const read = (file: string) => readFileSync(join(path, file), 'utf8');
  return {
    within: ['sh', '-c', `echo $$ > ${join(path, 'cgroup.procs')} && exec "$@"`, 'sh'],
    peak: () => Number(read(isOne ? 'memory.max_usage_in_bytes' : 'memory.peak')),
    kills: () => Number(/oom_kill (\d+)/.exec(read(isOne ? 'memory.oom_control' : 'memory.events'))?.[1]),
    remove: () => rmdirSync(path),
  };
}
