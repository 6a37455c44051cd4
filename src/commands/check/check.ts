import type { Command } from 'commander';
import type { Config } from '../../config/config.ts';
import { describeConfig } from '../../config/describe.ts';
import type { CliOptions } from '../../config/input.ts';
import { describeDriver, loadDriver } from '../../ledger/storage/driver/choose.ts';
import type { CommandIo } from '../common/command-io.ts';
import { type Start, withRouters, withSettings } from '../common/register.ts';
import { runCommand } from '../common/run-command.ts';
import { safeJson } from '../common/text.ts';
import { reportLedger } from './ledger.ts';

export type CheckOptions = CliOptions & { json?: boolean };

export function register(program: Command, start: Start): void {
  withSettings(program.command('check [routers...]'))
    .description('check the configuration and, with --data, the ledger')
    .option('--json', 'as JSON')
    .action((routers: string[], options: CheckOptions) => start((io) => check(withRouters(routers, options), io)));
}

/**
 * `wrtmeter check`: prints the effective configuration, or one line per error, and whether the SQLite driver loads; with `--data` also
 * checks the ledger there. Returns the exit code: 1 if something is wrong with the driver or the ledger, 2 with the configuration.
 */
export function check({ json = false, ...options }: CheckOptions, io: CommandIo): Promise<number> {
  return runCommand(options, io, async ({ config, directory }) => {
    if (json) return checkJson(config, directory, options.data !== undefined, io);
    io.stdout.write(`${describeConfig(config)}\n\nconfiguration is valid\n`);
    io.stdout.write(`ledger driver: ${describeDriver(await loadDriver())}\n`);
    if (options.data === undefined) return 0;
    const { lines, problems } = await reportLedger(directory, config);
    io.stdout.write(`\n${lines.join('\n')}\n${problems.length === 0 ? '\nledger is good\n' : ''}`);
    for (const problem of problems) io.stderr.write(`${problem}\n`);
    return problems.length === 0 ? 0 : 1;
  });
}

/** The same for programs: a configuration with an error has only its lines on standard error. */
async function checkJson(config: Config, directory: string, withLedger: boolean, io: CommandIo): Promise<number> {
  const { driver, instead } = await loadDriver();
  const ledger = withLedger ? await reportLedger(directory, config) : null;
  const answer = {
    routers: config.routers.map(({ name }) => name),
    data: directory,
    timezone: config.timezone,
    driver: { name: driver.name, sqlite: driver.sqlite, instead },
    ledger: ledger === null ? null : { good: ledger.problems.length === 0, problems: ledger.problems },
  };
  io.stdout.write(`${safeJson(answer)}\n`);
  return ledger === null || ledger.problems.length === 0 ? 0 : 1;
}
