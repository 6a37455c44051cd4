import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliOptions } from '../config/input.ts';
import { instantText, localText } from '../domain/calendar.ts';
import { restoreFile } from '../ledger/backup/recovery.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { safeJson } from './common/text.ts';

export type RestoreOptions = CliOptions & { json?: boolean };

export function register(program: Command, start: Start): void {
  withSettings(program.command('restore <file>'), ['data', 'timezone'])
    .description('replace the ledger with a backup; stop the service first')
    .option('--json', 'as JSON')
    .action((file: string, options: RestoreOptions) => start((io) => restore(file, options, io)));
}

/**
 * `wrtmeter restore FILE`: replaces the ledger with a backup while the service is stopped; the previous ledger is kept under a dated
 * name. Returns the exit code.
 */
export function restore(file: string, { json = false, ...cli }: RestoreOptions, io: DatedIo): Promise<number> {
  return runCommand(cli, io, async ({ config, directory }) => {
    const path = resolve(io.cwd, file);
    const { kept, postedAt } = await restoreFile(directory, path, io.clock.now());
    if (json) {
      io.stdout.write(`${safeJson({ path, posted_at: postedAt === 0 ? null : instantText(postedAt), kept })}\n`);
      return 0;
    }
    const posted = postedAt === 0 ? 'never posted to' : `last posting ${localText(postedAt, config.timezone)}`;
    io.stdout.write(`"${file}" restored, ${posted}${kept === null ? '' : `; the previous ledger is kept as "${kept}"`}\n`);
    return 0;
  });
}
