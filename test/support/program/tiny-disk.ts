import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './command.ts';

/** A separate file system that fills up quickly. */
export interface TinyDisk {
  path: string;
  remount(how: 'ro' | 'rw'): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts a tmpfs of a size such as `1m` below a directory. Needs root. */
export async function tinyDisk(directory: string, name: string, size: string): Promise<TinyDisk> {
  if (process.getuid?.() !== 0) throw new Error('This test mounts a small file system: run it as root');
  const path = join(directory, name);
  await mkdir(path);
  await output(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'wrtmeter-test', path]);
  return {
    path,
    remount: async (how) => void (await output(['mount', '-o', `remount,${how}`, path])),
    async remove() {
      await output(['umount', path]);
      await rm(path, { recursive: true });
    },
  };
}
