import { resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { CliOptions } from '../../config/input.ts';
import { loadConfig } from '../../config/load.ts';
import { ConfigError, LedgerError } from '../../errors.ts';
import { ledgerPath, sizeOf } from '../../ledger/storage/files.ts';
import { RequestError } from '../../views/api-v1/request-error.ts';
import type { CommandIo } from '../check.ts';
import { UsageError } from '../print/printed.ts';
import { printable } from './text.ts';

/** What a command on a data directory works with. */
export interface CommandContext {
  config: Config;
  /** Absolute. */
  directory: string;
}

/**
 * Runs a command on the data directory of a configuration. What can go wrong becomes a line on standard error and the exit code: 1 for
 * the ledger and its files, 2 for the command line and the configuration.
 */
export async function runCommand(options: CliOptions, io: CommandIo, work: (place: CommandContext) => Promise<number>): Promise<number> {
  try {
    const { config, warnings } = await loadConfig({ ...io, cli: options });
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    return await work({ config, directory: resolve(io.cwd, config.data) });
  } catch (error) {
    const known = [ConfigError, LedgerError, RequestError, UsageError].some((kind) => error instanceof kind);
    if (!known || !(error instanceof Error)) throw error;
    for (const line of error instanceof ConfigError ? error.errors : [error.message]) io.stderr.write(`${printable(line)}\n`);
    return error instanceof LedgerError ? 1 : 2;
  }
}

/** Throws a LedgerError where a directory has no ledger: a command must not begin one. */
export async function requireLedger(directory: string): Promise<void> {
  const path = ledgerPath(directory);
  if ((await sizeOf(path)) !== null) return;
  throw new LedgerError(`There is no ledger at "${path}": start wrtmeter once, or name its data directory with --data`);
}
