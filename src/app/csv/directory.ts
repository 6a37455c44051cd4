import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '../../ledger/storage/files.ts';
import type { OldLines } from '../../views/logger/cut.ts';
import { isLoggerHeader, LOGGER_HEADER, type LoggerLine, loggerLine, parseLoggerLine } from '../../views/logger/line.ts';
import { FOREIGN } from './failures.ts';

/** A file of the directory that is something else; the message is shown as it is. */
class ForeignFileError extends Error {
  readonly code = FOREIGN;
}

/** Bytes at the end of a file in which its last whole line is found. */
const TAIL = 4096;
const MODE = 0o600;
/** A link in the directory leads nowhere. */
const { O_RDWR, O_RDONLY, O_APPEND, O_NOFOLLOW } = constants;
const PARTIAL = '.partial';

/** Makes the directory and those above it, for its owner alone. One that is there keeps its mode. */
export const makeCsvDirectory = (path: string): Promise<void> => makeDirectories(path, 0o700);

/** The names of the files in it, without those that a kill left half written, which are removed. */
export async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  for (const name of names) if (name.endsWith(`.csv${PARTIAL}`)) await rm(join(directory, name), { force: true });
  return names.filter((name) => name.endsWith('.csv'));
}

/**
 * The last line of a file; null for one that has none yet, or is missing. What a write that was cut off left at its end is removed: text
 * without a line end, and NULs where a power cut kept the data from the disk. Throws a ForeignFileError for a file with other contents, which
 * stays as it is.
 */
export async function settleFile(path: string): Promise<LoggerLine | null> {
  const file = await openOrNull(path, O_RDWR);
  if (file === null) return null;
  try {
    return await settle(file, path);
  } finally {
    await file.close();
  }
}

async function openOrNull(path: string, flags: number): Promise<FileHandle | null> {
  return open(path, flags | O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function settle(file: FileHandle, path: string): Promise<LoggerLine | null> {
  const { size } = await file.stat();
  const [header = '', ...more] = await beginning(file);
  if (more.length === 0 && isCutOff(header, size)) {
    await file.truncate(0);
    return null;
  }
  if (!isLoggerHeader(header)) throw foreign(path);
  const from = Math.max(0, size - TAIL);
  let end = size;
  const lines = (await read(file, from, size - from)).split('\n');
  // What follows the last line end is a line that was cut off, and the tail may begin in one.
  end -= lines.pop()?.length ?? 0;
  if (from > 0) lines.shift();
  let line = lines.pop();
  while (line?.includes('\0')) {
    end -= line.length + 1;
    line = lines.pop();
  }
  const last = parseLoggerLine(line ?? '');
  if (last === null && !isLoggerHeader(line ?? '')) throw foreign(path);
  if (end < size) await file.truncate(end);
  return last;
}

/** The first lines of a file, and the beginning of another. */
const beginning = async (file: FileHandle): Promise<string[]> => (await read(file, 0, 256)).split('\n');

const read = async (file: FileHandle, from: number, length: number): Promise<string> =>
  (await bytesOf(file, from, length)).toString('latin1');

/** Whether a file without a line end is one that was just begun: `text` is all of it. */
const isCutOff = (text: string, size: number): boolean => size === text.length && (LOGGER_HEADER.startsWith(text) || /^\0+$/.test(text));

const foreign = (path: string) =>
  new ForeignFileError(
    `"${path}" has other contents than the older logger's, or ends with a line that cannot be read: mend it, or move it out of the directory`,
  );

/** Removes a file, whatever its lines say. False for one with another header, which stays. */
export async function removeFile(path: string): Promise<boolean> {
  const file = await openOrNull(path, O_RDONLY);
  if (file === null) return true;
  try {
    const [header = '', ...more] = await beginning(file);
    const { size } = await file.stat();
    if (!isLoggerHeader(header) && (more.length > 0 || !isCutOff(header, size))) return false;
  } finally {
    await file.close();
  }
  await rm(path, { force: true });
  return true;
}

/** Appends a line in one write; a new file appears with its header and line. What was half written because the disk is full is removed. */
export async function appendLine(path: string, line: LoggerLine): Promise<void> {
  const file = await openOrNull(path, O_RDWR | O_APPEND);
  if (file === null) return replaceFile(path, (fresh) => fresh.writeFile(LOGGER_HEADER + loggerLine(line)), false);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.from((size === 0 ? LOGGER_HEADER : '') + loggerLine(line), 'latin1');
    try {
      const { bytesWritten } = await file.write(bytes, 0, bytes.length);
      if (bytesWritten < bytes.length) throw Object.assign(new Error('no space is left for a whole line'), { code: 'ENOSPC' });
    } catch (error) {
      await file.truncate(size).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
}

/** The text of a file; null where there is none. Follows no link. */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, { encoding: 'latin1', flag: O_RDONLY | O_NOFOLLOW });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Replaces a file as a whole: also after a kill, it has its old contents or its new ones. `write` fills the new one, which is on the disk first if it is `synced`. */
async function replaceFile(path: string, write: (file: FileHandle) => Promise<unknown>, synced = true): Promise<void> {
  const partial = `${path}${PARTIAL}`;
  try {
    await rm(partial, { force: true });
    const file = await open(partial, 'wx', MODE);
    await write(file)
      .then(() => (synced ? file.sync() : undefined))
      .finally(() => file.close());
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Replaces the text of a file, or makes it. */
export const replaceText = (path: string, text: string): Promise<void> => replaceFile(path, (file) => file.writeFile(text));

/** Bytes that are copied at a time, so that a large file takes no memory. */
const CHUNK = 65_536;

/** Replaces the first lines of a file by their summary, and returns the bytes that were written: 0 where nothing is too old, or no file is there. */
export async function cutFile(path: string, old: OldLines): Promise<number> {
  const file = await openOrNull(path, O_RDONLY);
  if (file === null) return 0;
  try {
    const from = await takeOld(file, old);
    const summary = old.summary();
    if (summary === null) return 0;
    const { size } = await file.stat();
    // A single write would not fail where only a part has room.
    await replaceFile(path, async (to) => {
      await to.writeFile(LOGGER_HEADER + summary);
      for (let at = from; at < size; at += CHUNK) await to.writeFile(await bytesOf(file, at, Math.min(CHUNK, size - at)));
    });
    return size;
  } finally {
    await file.close();
  }
}

/** Reads lines until one is not too old; returns where it begins. */
async function takeOld(file: FileHandle, old: OldLines): Promise<number> {
  let at = 0;
  let rest = '';
  for (let read = 0; ; read += CHUNK) {
    const text = (await bytesOf(file, read, CHUNK)).toString('latin1');
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = parseLoggerLine(line);
      if (parsed !== null && !old.take(parsed)) return at;
      at += line.length + 1;
    }
    if (text === '') return at;
  }
}

async function bytesOf(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
}
