import type { Command } from 'commander';
import { askService } from '../app/ask-service.ts';
import type { CliOptions } from '../config/input.ts';
import type { CommandIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { printable, safeJson } from './common/text.ts';

export type HealthOptions = CliOptions & { json?: boolean };

export function register(program: Command, start: Start): void {
  withSettings(program.command('health'), ['listen'])
    .description('ask the running service whether it is healthy; for supervisors such as Docker')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 if it is healthy, 1 if it cannot write its ledger or does not answer, 2 for a bad command line or configuration.',
    )
    .action((options: HealthOptions) => start((io) => health(options, io)));
}

/** `wrtmeter health`: asks the service at the configured address. Returns the exit code. */
export function health({ json = false, ...cli }: HealthOptions, io: CommandIo): Promise<number> {
  return runCommand(cli, io, async ({ config }) => {
    const { host, port } = config.listen;
    const found = await askService(config);
    if (found === null) {
      io.stderr.write(`No wrtmeter answers at ${host}:${port}: start it, or name its address with --listen\n`);
      return 1;
    }
    if (json) {
      io.stdout.write(`${safeJson({ healthy: found.healthy, problems: found.problems })}\n`);
      return found.healthy ? 0 : 1;
    }
    io.stdout.write(`${found.healthy ? 'healthy' : 'failing'}\n`);
    for (const problem of found.problems) io.stdout.write(`${printable(problem)}\n`);
    return found.healthy ? 0 : 1;
  });
}
