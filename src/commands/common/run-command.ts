import { resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { CliOptions } from '../../config/input.ts';
import { loadConfig } from '../../config/load.ts';
import { useDriver } from '../../ledger/storage/driver/choose.ts';
import type { CommandIo } from './command-io.ts';
import { exitCodeOf } from './exit-code.ts';

/** What a command on a data directory works with. */
export interface CommandContext {
  config: Config;
  /** Absolute. */
  directory: string;
}

/** Runs a command on the data directory of a configuration, and returns its exit code. */
export const runCommand = (options: CliOptions, io: CommandIo, work: (context: CommandContext) => Promise<number>): Promise<number> =>
  exitCodeOf(io, async () => work(await contextOf(options, io)));

/** Loads the configuration, and writes its warnings to standard error. Throws a ConfigError. */
export async function contextOf(options: CliOptions, io: CommandIo): Promise<CommandContext> {
  const { config, warnings } = await loadConfig({ ...io, cli: options });
  useDriver(config.ledger.driver);
  for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
  return { config, directory: resolve(io.cwd, config.data) };
}
