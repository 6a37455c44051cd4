import { ExitError } from '../errors.ts';
import type { Argv, RunEach } from './request.ts';

/** Runs one program and gives what it printed. Rejects with a SourceError, also where the program fails (an ExitError then). */
export type Run = (argv: Argv, stdin: string | null, signal: AbortSignal) => Promise<string>;

/** Where programs run. */
export interface Machine {
  run: Run;
  /** Over one connection. */
  each: RunEach;
}

/** How a program ended. */
export interface Ended {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  /** Its last few KiB, as they came: foreign text that may hold anything. */
  stderr: string;
}

/** What a program printed; throws an ExitError, named after it, where it failed. */
export function outputOf(program: string, { code, stdout, stderr }: Ended): string {
  if (code === 0) return stdout;
  // Some versions of docker say on standard output that there is no such program in the container.
  const said = lastLine(stderr.trim() === '' && (code === 126 || code === 127) ? stdout.slice(-1000) : stderr);
  const how = code === null ? 'was ended by a signal' : `failed with ${code}`;
  throw new ExitError(code, `"${program}" ${how}${said === '' ? '' : `: ${said}`}`);
}

const LONGEST = 160;

/** The last thing that a program complained of: one clean line, without anything that may be a key. */
export function lastLine(stderr: string): string {
  const lines = stderr
    .replace(/\p{Cc}\[[0-9;]*m/gu, '')
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{C}/gu, ' ').trim());
  const line = withoutKeys(lines.findLast((text) => text !== '') ?? '');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/**
 * wg quotes, between a backtick and an apostrophe, the very line of a file that it does not understand, and a key that is
 * too short or too long: so what it quotes is hidden unless it is as short as an interface's name.
 */
function withoutKeys(line: string): string {
  return line
    .replace(/`.{16,}?('|$)/g, '(hidden)')
    .replace(/((?:private|preshared|shared|secret)[ _-]?key\s*[=:]\s*)\S+/gi, '$1(hidden)')
    .replace(/[A-Za-z0-9+/]{36,}=*/g, '(hidden)');
}
