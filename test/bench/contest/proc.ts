import { readFile } from 'node:fs/promises';

/** What a process has used since it began. */
export interface Usage {
  /** Milliseconds of user and system time, all threads. */
  cpu: number;
  /** Bytes that it made the kernel send to the disk. */
  written: number;
}

/** The kernel counts time in /proc in hundredths of a second, whatever its own tick is (USER_HZ). */
const TICK_MS = 10;

/** Reads /proc/PID/stat and /proc/PID/io. */
export async function usageOf(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name, which may hold blanks; utime and stime are the fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const written = /^write_bytes: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) * TICK_MS, written: Number(written) };
}

/** Bytes of memory that it holds now, and the most that it held. */
export async function memoryOf(pid: number): Promise<{ now: number; most: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  return { now: field('VmRSS'), most: field('VmHWM') };
}
