import { appendFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aheadOf, LOGGER_HEADER, type LoggerLine, loggerLine, nextLine, type Peaks, parseLoggerLine } from '../views/logger/line.ts';

/** What is written to one file: its path below the directory, and the sums of both directions. */
export interface LoggerEntry extends Peaks {
  file: string;
}

/** The files of the older TP-Link logger, for graph programs that read them. */
export interface LoggerFiles {
  /** Appends a line to each file, at Unix ms. Rejects with the error of the disk; the next call continues. */
  append(entries: readonly LoggerEntry[], at: number): Promise<void>;
  /** Cuts lines off that are older than `keep` (seconds) at `at` (Unix ms). */
  cut(at: number, keep: number): Promise<void>;
  /** Replaces a file as a whole. */
  replace(file: string, text: string): Promise<void>;
}

/** What is known of a file that was written or found. */
interface Known {
  last: LoggerLine | null;
  ahead: Peaks;
}

/** A last line is shorter than this. */
const TAIL = 512;

/** The files in a directory, which is made if it is missing. */
export function loggerFiles(directory: string): LoggerFiles {
  const known = new Map<string, Known>();

  /** What a file's last line says; a line that was cut off, by a power cut, is removed. */
  async function find(entry: LoggerEntry): Promise<Known> {
    const path = join(directory, entry.file);
    await mkdir(dirname(path), { recursive: true });
    const last = await lastLine(path);
    return { last, ahead: aheadOf(last, entry) };
  }

  return {
    async append(entries, at) {
      const time = Math.floor(at / 1000);
      for (const entry of entries) {
        const { last, ahead } = known.get(entry.file) ?? (await find(entry));
        // A clock that was set back: time in a file only grows.
        if (last !== null && time <= last.time) continue;
        const line = nextLine(last, time, entry, ahead);
        await appendFile(join(directory, entry.file), loggerLine(line));
        known.set(entry.file, { last: line, ahead });
      }
    },
    async cut(at, keep) {
      const oldest = Math.floor(at / 1000) - keep;
      for (const file of known.keys()) await cutFile(join(directory, file), oldest);
    },
    replace: (file, text) => replaceFile(join(directory, file), text),
  };
}

/** Makes the file with its header if it is new. */
async function lastLine(path: string): Promise<LoggerLine | null> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    if (size === 0) {
      await file.appendFile(LOGGER_HEADER);
      return null;
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL), 0, TAIL, Math.max(0, size - TAIL));
    const tail = buffer.subarray(0, bytesRead).toString('latin1');
    const end = tail.lastIndexOf('\n') + 1;
    if (end < tail.length) await file.truncate(size - (tail.length - end));
    const lines = tail.slice(0, end).trimEnd().split('\n');
    return parseLoggerLine(lines.at(-1) ?? '');
  } finally {
    await file.close();
  }
}

/** Leaves the header and the lines from `oldest` (Unix seconds) on. */
async function cutFile(path: string, oldest: number): Promise<void> {
  const lines = (await readFile(path, 'latin1')).split('\n').slice(1);
  const first = lines.findIndex((line) => (parseLoggerLine(line)?.time ?? 0) >= oldest);
  // The last line stays: the next one continues from it.
  const from = first === -1 ? Math.max(0, lines.length - 2) : first;
  if (from > 0) await replaceFile(path, LOGGER_HEADER + lines.slice(from).join('\n'));
}

async function replaceFile(path: string, text: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
