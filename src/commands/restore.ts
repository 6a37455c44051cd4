import { resolve } from 'node:path';
import type { CliOptions } from '../config/input.ts';
import { localText } from '../domain/calendar.ts';
import { restoreFile } from '../ledger/backup/recovery.ts';
import { runCommand } from './common/run-command.ts';
import type { PrintIo } from './print/print.ts';

/**
 * `wrtmeter restore FILE`: lets a backup take the ledger's place while the service is stopped; the ledger before is kept under a dated
 * name. Returns the exit code.
 */
export function restore(file: string, options: CliOptions, io: PrintIo): Promise<number> {
  return runCommand(options, io, async ({ config, directory }) => {
    const { kept, postedAt } = await restoreFile(directory, resolve(io.cwd, file), io.clock.now());
    const posted = postedAt === 0 ? 'never posted to' : `last posting ${localText(postedAt, config.timezone)}`;
    io.stdout.write(`"${file}" restored, ${posted}${kept === null ? '' : `; the ledger before is kept as "${kept}"`}\n`);
    return 0;
  });
}
