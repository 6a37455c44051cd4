import { resolve } from 'node:path';
import { describeConfig } from '../config/describe.ts';
import type { CliOptions, ConfigInput } from '../config/input.ts';
import { loadConfig } from '../config/load.ts';
import { ConfigError, LedgerError } from '../errors.ts';
import { reportLedger } from './check-ledger.ts';

/** What a command has of the world. */
export interface CommandIo extends Omit<ConfigInput, 'cli'> {
  stdout: { write: (text: string) => unknown };
  stderr: { write: (text: string) => unknown };
}

/**
 * `wrtmeter check`: prints what the configuration comes to, or a line for each error; with `--data` also what the ledger there is
 * worth. Returns the exit code: 1 where something is wrong with the ledger, 2 for the configuration.
 */
export async function check(options: CliOptions, io: CommandIo): Promise<number> {
  try {
    const { config, warnings } = await loadConfig({ ...io, cli: options });
    for (const warning of warnings) io.stderr.write(`warning: ${warning}\n`);
    io.stdout.write(`${describeConfig(config)}\n\nconfiguration is valid\n`);
    return options.data === undefined ? 0 : await checkLedger(resolve(io.cwd, config.data), config.timezone, io);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const line of error.errors) io.stderr.write(`${line}\n`);
    return 2;
  }
}

async function checkLedger(directory: string, timezone: string, io: CommandIo): Promise<number> {
  try {
    const { lines, problems } = await reportLedger(directory, timezone);
    io.stdout.write(`\n${lines.join('\n')}\n${problems.length === 0 ? '\nledger is good\n' : ''}`);
    for (const problem of problems) io.stderr.write(`${problem}\n`);
    return problems.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    io.stderr.write(`${error.message}\n`);
    return 1;
  }
}
