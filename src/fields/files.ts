import { resolve } from 'node:path';
import { FILE_WORDS, quote } from '../errors.ts';
import { fail, type Located, type Problems } from './problems.ts';

/** Reads at most `limit` bytes of a file; fails with an error code, like node:fs. */
export type ReadFile = (path: string, limit: number) => Promise<Uint8Array>;

/** The files that a configuration refers to: secrets, keys and certificates. */
export interface Files {
  /** Reads a file as text; reports an error at the place that names it and returns null if that fails. */
  read: (path: Located<string>, problems: Problems, called?: string) => Promise<string | null>;
  /** The absolute path of a file that another program will read; errors are reported as in `read`. A path with `~` is left to that program. */
  find: (path: Located<string>, problems: Problems) => Promise<string | null>;
}

const MOST_BYTES = 256 * 1024;

/** Files named relative to a directory. */
export function filesIn(directory: string, readFile: ReadFile): Files {
  return {
    read: async ({ value, place }, problems, called = quote(value, 200)) => {
      const result = await readText(readFile, resolve(directory, value), MOST_BYTES);
      if (typeof result === 'string') return result;
      fail(problems, place, `cannot read ${called}: ${result.problem}`);
      return null;
    },
    find: async ({ value, place }, problems) => {
      if (value.startsWith('~')) return value;
      const path = resolve(directory, value);
      // One byte shows whether the file can be read, without loading the secret.
      const result = await bytesOf(readFile, path, 1);
      if (result instanceof Uint8Array) return path;
      fail(problems, place, `cannot read ${quote(value, 200)}: ${result.problem}`);
      return null;
    },
  };
}

/** Reads a file as text without byte order mark, or returns why it cannot. */
export async function readText(readFile: ReadFile, path: string, limit: number): Promise<string | { problem: string; missing: boolean }> {
  const bytes = await bytesOf(readFile, path, limit + 1);
  if (!(bytes instanceof Uint8Array)) return bytes;
  if (bytes.length > limit) return { problem: `larger than ${limit / 1024} KiB`, missing: false };
  const nul = bytes.indexOf(0);
  const text = nul < 0 ? bytes : bytes.subarray(0, nul);
  if (!isUtf8(text, false))
    return { problem: `not UTF-8 text: see ${positionOf(bytes, validBytes(text))}; save it as UTF-8`, missing: false };
  if (nul >= 0) return { problem: `not a text: ${positionOf(bytes, nul)} is NUL; save it as UTF-8`, missing: false };
  return new TextDecoder('utf-8').decode(bytes);
}

/** `partly`: the text may end within a character. */
function isUtf8(bytes: Uint8Array, partly: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: partly });
    return true;
  } catch {
    return false;
  }
}

/** How many bytes come before the first that is not UTF-8. */
function validBytes(bytes: Uint8Array): number {
  let [valid, wrong] = [0, bytes.length + 1];
  while (wrong - valid > 1) {
    const middle = (valid + wrong) >> 1;
    if (isUtf8(bytes.subarray(0, middle), true)) valid = middle;
    else wrong = middle;
  }
  return Math.min(valid, bytes.length - 1);
}

/** Both counted from 1. */
function positionOf(bytes: Uint8Array, index: number): string {
  const before = bytes.subarray(0, index);
  const line = before.reduce((lines, byte) => (byte === 0x0a ? lines + 1 : lines), 1);
  return `byte ${index - before.lastIndexOf(0x0a)} of line ${line}`;
}

async function bytesOf(readFile: ReadFile, path: string, limit: number): Promise<Uint8Array | { problem: string; missing: boolean }> {
  try {
    return await readFile(path, limit);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    // Not the message: it names the path, which may be a secret that was written in place of one.
    return { problem: FILE_WORDS[code] ?? code, missing: code === 'ENOENT' };
  }
}
