import { ConfigError, LedgerError, ListenError, TokenFileError, UsageError } from '../../errors.ts';
import { RequestError } from '../../views/api-v1/request-error.ts';
import type { CommandIo } from './command-io.ts';
import { printable } from './text.ts';

/** 1 for errors of this machine, 2 for errors in the command line or configuration. Any other error is a bug. */
const EXIT_CODES: readonly (readonly [kind: abstract new (...args: never[]) => Error, code: 1 | 2])[] = [
  [LedgerError, 1],
  [TokenFileError, 1],
  [ListenError, 1],
  [ConfigError, 2],
  [UsageError, 2],
  [RequestError, 2],
];

/** Limit on the lines of a wrong configuration or file: those that come first say enough. */
const MOST_LINES = 100;

/** Runs a command. An expected error is written to standard error and becomes the exit code. */
export async function exitCodeOf({ stderr }: Pick<CommandIo, 'stderr'>, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const [, code] = EXIT_CODES.find(([kind]) => error instanceof kind) ?? [];
    if (code === undefined || !(error instanceof Error)) throw error;
    const lines = error instanceof ConfigError ? error.errors : [error.message];
    for (const line of lines.slice(0, MOST_LINES)) stderr.write(`${printable(line)}\n`);
    if (lines.length > MOST_LINES) stderr.write(`… and ${lines.length - MOST_LINES} more\n`);
    return code;
  }
}
