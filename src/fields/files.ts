import { resolve } from 'node:path';
import { quote } from '../errors.ts';
import { fail, type Located, type Problems } from './problems.ts';

/** Reads at most `limit` bytes of a file and fails as node:fs does, with an error code. */
export type ReadFile = (path: string, limit: number) => Promise<Uint8Array>;

/** The files beside a configuration: secrets and certificates. */
export interface Files {
  /** The text of a file; what is wrong is reported at the place that names it, and gives null. */
  read: (path: Located<string>, problems: Problems, called?: string) => Promise<string | null>;
  /** The whole path of a file that another program will read; what is wrong is reported alike. A path that begins with `~` is that program's to find. */
  find: (path: Located<string>, problems: Problems) => Promise<string | null>;
}

const MAX_SECRET = 256 * 1024;

/** Files by names relative to a directory. */
export function filesIn(directory: string, readFile: ReadFile): Files {
  return {
    read: async ({ value, place }, problems, called = quote(value, 200)) => {
      const result = await readText(readFile, resolve(directory, value), MAX_SECRET);
      if (typeof result === 'string') return result;
      fail(problems, place, `cannot read ${called}: ${result.problem}`);
      return null;
    },
    find: async ({ value, place }, problems) => {
      if (value.startsWith('~')) return value;
      const path = resolve(directory, value);
      // One byte shows whether it can be read, and is no secret.
      const result = await bytesOf(readFile, path, 1);
      if (result instanceof Uint8Array) return path;
      fail(problems, place, `cannot read ${quote(value, 200)}: ${result.problem}`);
      return null;
    },
  };
}

/** A file's text without byte order mark, or why there is none. */
export async function readText(readFile: ReadFile, path: string, limit: number): Promise<string | { problem: string; missing: boolean }> {
  const bytes = await bytesOf(readFile, path, limit + 1);
  if (!(bytes instanceof Uint8Array)) return bytes;
  if (bytes.length > limit) return { problem: `it is larger than ${limit / 1024} KiB`, missing: false };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { problem: 'it is not UTF-8 text', missing: false };
  }
}

async function bytesOf(readFile: ReadFile, path: string, limit: number): Promise<Uint8Array | { problem: string; missing: boolean }> {
  try {
    return await readFile(path, limit);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    return { problem: REASONS[code] ?? code, missing: code === 'ENOENT' };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'its name is too long',
};
