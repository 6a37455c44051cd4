import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliOptions } from '../config/input.ts';
import { dayOf, instantText, localText } from '../domain/calendar.ts';
import { LedgerError } from '../errors.ts';
import { backUp, copyDatabase, leaveRoom } from '../ledger/backup/backup.ts';
import { isDirectory, ledgerPath, requireLedger, sizeOf } from '../ledger/storage/files.ts';
import { inspect } from '../ledger/storage/inspect.ts';
import { bytesIn } from '../views/format.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { safeJson } from './common/text.ts';

export type BackupOptions = CliOptions & { json?: boolean };

export function register(program: Command, start: Start): void {
  withSettings(program.command('backup [file]'), ['data', 'timezone'])
    .description('write a copy of the ledger, by default in its directory; works while the service runs')
    .option('--json', 'as JSON')
    .action((file: string | undefined, options: BackupOptions) => start((io) => backup(file, options, io)));
}

/**
 * `wrtmeter backup [FILE]`: writes a consistent copy of the ledger, even while the service runs; without a file it is today's backup
 * in the data directory. Returns the exit code.
 */
export function backup(file: string | undefined, { json = false, ...cli }: BackupOptions, io: DatedIo): Promise<number> {
  return runCommand(cli, io, async ({ config, directory }) => {
    await requireLedger(directory);
    const path =
      file === undefined ? await backUp(directory, dayOf(io.clock.now(), config.timezone)) : await copyTo(resolve(io.cwd, file), directory);
    const verdict = await inspect(path);
    const postedAt = verdict.state === 'good' && verdict.postedAt > 0 ? verdict.postedAt : null;
    const bytes = (await sizeOf(path)) ?? 0;
    const posted = postedAt === null ? '' : `, last posting ${localText(postedAt, config.timezone)}`;
    const line = `backup "${path}" written: ${bytesIn(config.units)(bytes)}${posted}`;
    io.stdout.write(`${json ? safeJson({ path, bytes, posted_at: postedAt === null ? null : instantText(postedAt) }) : line}\n`);
    return 0;
  });
}

async function copyTo(path: string, directory: string): Promise<string> {
  if (await isDirectory(path)) throw new LedgerError(`"${path}" is a directory: add a file name, such as ${join(path, 'ledger-copy.db')}`);
  if ((await sizeOf(path)) !== null) throw new LedgerError(`"${path}" already exists: use another file name`);
  await leaveRoom(ledgerPath(directory), path);
  await copyDatabase(ledgerPath(directory), path);
  return path;
}
