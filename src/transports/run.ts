import { ExitError } from '../errors.ts';
import type { Argv, RunEach } from './request.ts';

/** Runs a program and returns its output. Rejects with a SourceError; with an ExitError if the program fails. */
export type Run = (argv: Argv, stdin: string | null, signal: AbortSignal) => Promise<string>;

/** Where programs run. */
export interface Machine {
  run: Run;
  /** Runs programs over one connection. */
  each: RunEach;
}

/** How a program ended. */
export interface Ended {
  /** Null if a signal ended it. */
  code: number | null;
  stdout: string;
  /** The last few KiB: foreign text, unchanged. */
  stderr: string;
}

/** The output of a program; throws an ExitError with its name if it failed. */
export function outputOf(program: string, { code, stdout, stderr }: Ended): string {
  if (code === 0) return stdout;
  // Some versions of docker report a missing program on standard output.
  const complaint = lastLine(stderr.trim() === '' && (code === 126 || code === 127) ? stdout.slice(-1000) : stderr);
  const how = code === null ? 'was ended by a signal' : `failed with ${code}`;
  throw new ExitError(code, `"${program}" ${how}${complaint === '' ? '' : `: ${complaint}`}`);
}

const LONGEST = 160;

/** The last line that a program wrote to standard error, cleaned, without anything that may be a key. */
export function lastLine(stderr: string): string {
  const lines = stderr
    .replace(/\p{Cc}\[[0-9;]*m/gu, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{C}/gu, ' ').trim());
  const line = withoutKeys(lines.findLast((text) => text !== '') ?? '');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/**
 * wg quotes, between a backtick and an apostrophe, any line of a file that it cannot parse, and a key of the wrong length.
 * So quoted text is hidden unless it is as short as an interface name.
 */
function withoutKeys(line: string): string {
  return line
    .replace(/`.{16,}?('|$)/g, '(hidden)')
    .replace(/((?:private|preshared|shared|secret)[ _-]?key\s*[=:]\s*)\S+/gi, '$1(hidden)')
    .replace(/[A-Za-z0-9+/]{36,}=*/g, '(hidden)');
}
